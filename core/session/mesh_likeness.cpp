// SPDX-License-Identifier: Apache-2.0
#include "core/session/mesh_likeness.h"

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/metrics/detail_metrics.h"
#include "core/texture/mesh_picture.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

void add_detail(MeshLikeness& out, const Image& drawn, const Image& picture) {
  try {
    const DetailMetrics detail =
        detail_metrics(channels_of(drawn, 0, 3), channels_of(drawn, 3, 1),
                       channels_of(picture, 0, 3), channels_of(picture, 3, 1));
    out.sharpness = detail.sharpness;
    out.detail_correlation = detail.detail_correlation;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kBadInput) throw;  // else all that both show lies at the rim
  }
}

}  // namespace

MeshLikeness mesh_likeness(const TriangleMesh& mesh, const Image& texture, const Camera& camera,
                           const Image& picture) {
  check(picture.width == picture.height && picture.channels == 4, ErrorCode::kBadUsage,
        "A likeness needs a square picture with alpha, found {} x {} with {} channels",
        picture.width, picture.height, picture.channels);
  const Image drawn = picture_of_mesh(mesh, texture, camera, picture.width);
  MeshLikeness out;
  out.viewpoint = viewpoint_of(camera);
  out.size_px = picture.width;
  double squares = 0;
  std::int64_t both = 0;
  std::int64_t either = 0;
  for (std::size_t i = 0; i < picture.pixels.size(); i += 4) {
    const bool in_head = picture.pixels[i + 3] > 0.5F;
    const bool in_mesh = drawn.pixels[i + 3] > 0.5F;
    either += in_head || in_mesh ? 1 : 0;
    if (!in_head || !in_mesh) continue;
    ++both;
    for (std::size_t c = 0; c < 3; ++c) {
      const double difference = double(picture.pixels[i + c]) - double(drawn.pixels[i + c]);
      squares += difference * difference;
    }
  }
  if (both == 0) return out;
  out.mask_iou = double(both) / double(either);
  out.psnr_db = -10 * std::log10(std::max(squares / double(3 * both), 1e-10));
  add_detail(out, drawn, picture);
  return out;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/session/mesh_likeness.h"

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/metrics/detail_metrics.h"
#include "core/metrics/image_metrics.h"
#include "core/texture/mesh_picture.h"

#include <algorithm>

namespace portrait {
namespace {

// Inside both of two alphas.
Image common(const Image& a, const Image& b) {
  Image out = a;
  std::transform(a.pixels.begin(), a.pixels.end(), b.pixels.begin(), out.pixels.begin(),
                 [](float x, float y) { return std::min(x, y); });
  return out;
}

}  // namespace

MeshLikeness mesh_likeness(const TriangleMesh& mesh, const Image& texture, const Camera& camera,
                           const Image& picture) {
  check(picture.width == picture.height && picture.channels == 4, ErrorCode::kBadUsage,
        "A likeness needs a square picture with alpha, found {} x {} with {} channels",
        picture.width, picture.height, picture.channels);
  const Image drawn = picture_of_mesh(mesh, texture, camera, picture.width);
  const Image seen = alpha_of(drawn);
  const Image matte = alpha_of(picture);
  const Image colours = channels_of(drawn, 0, 3);
  const Image truth = channels_of(picture, 0, 3);
  MeshLikeness out;
  out.viewpoint = viewpoint_of(camera);
  out.size_px = picture.width;
  try {
    out.psnr_db = psnr_db(colours, truth, common(seen, matte));
    out.mask_iou = mask_iou(seen, matte);
    const DetailMetrics detail = detail_metrics(colours, seen, truth, matte);
    out.sharpness = detail.sharpness;
    out.detail_correlation = detail.detail_correlation;
  } catch (const Error& error) {
    // What both show is nothing, or lies at the rim, where no detail is told.
    if (error.code() != ErrorCode::kBadInput) throw;
  }
  return out;
}

}  // namespace portrait

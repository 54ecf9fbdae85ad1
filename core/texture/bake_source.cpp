// SPDX-License-Identifier: Apache-2.0
#include "core/texture/bake_source.h"

#include "core/base/error.h"
#include "core/image/filters.h"
#include "core/image/resample.h"
#include "core/texture/mesh_picture.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

constexpr int kDepthPixels = 1024;     // at most; finer pictures look up between
constexpr double kDepthSlack = 0.008;  // world: 3 mm that a place may lie behind what is drawn
constexpr double kStep = 0.03;         // world: depth changes by more across an outline
constexpr float kOpaque = 0.9F;
constexpr double kRim = 0.008;      // of the picture's width: what is left out along outlines
constexpr double kCoarseSigma = 2;  // px of the reduced picture

// 1 where the picture shows one surface and nothing of the background, falling to 0 at outlines.
Image solidity_of(const Image& rgba, const Image& depth) {
  Image solid(depth.width, depth.height, 1);
  for (int y = 1; y + 1 < depth.height; ++y) {
    for (int x = 1; x + 1 < depth.width; ++x) {
      float low = *depth.at(x, y);
      float high = low;
      for (int v = y - 1; v <= y + 1; ++v) {
        for (int u = x - 1; u <= x + 1; ++u) {
          low = std::min(low, *depth.at(u, v));
          high = std::max(high, *depth.at(u, v));
        }
      }
      const int px = std::min(x * rgba.width / depth.width, rgba.width - 1);
      const int py = std::min(y * rgba.height / depth.height, rgba.height - 1);
      const bool one_surface = low > 0 && high - low < kStep && rgba.at(px, py)[3] > kOpaque;
      *solid.at(x, y) = one_surface ? 1.0F : 0.0F;
    }
  }
  Image inside = box_blur(solid, std::max(1, int(std::lround(kRim * depth.width))));
  for (std::size_t i = 0; i < inside.pixels.size(); ++i) {
    inside.pixels[i] = solid.pixels[i] * std::clamp(2 * inside.pixels[i] - 1, 0.0F, 1.0F);
  }
  return inside;
}

// The colours' coarse part, blurred within the head alone.
Image coarse_part(const Image& rgba, double sigma) {
  Image weighted = rgba;
  for (std::size_t i = 0; i < weighted.pixels.size(); i += 4) {
    for (std::size_t c = 0; c < 3; ++c) weighted.pixels[i + c] *= weighted.pixels[i + 3];
  }
  if (const double smaller = kCoarseSigma / sigma; smaller < 1) {
    weighted = resize(weighted, std::max(1, int(std::lround(rgba.width * smaller))),
                      std::max(1, int(std::lround(rgba.height * smaller))));
    sigma *= double(weighted.width) / rgba.width;
  }
  Image out = gaussian_blur(weighted, sigma);
  for (std::size_t i = 0; i < out.pixels.size(); i += 4) {
    const float weight = std::max(out.pixels[i + 3], 1e-4F);
    for (std::size_t c = 0; c < 3; ++c) out.pixels[i + c] /= weight;
  }
  return out;
}

}  // namespace

BakeSource::BakeSource(BakeView view, const TriangleMesh& mesh) : view_(std::move(view)) {
  const Image& rgba = view_.rgba;
  check(!rgba.empty() && rgba.channels == 4, ErrorCode::kBadUsage,
        "A texture takes pictures with alpha, found {} channels", rgba.channels);
  const double reduced = std::min(1.0, double(kDepthPixels) / std::max(rgba.width, rgba.height));
  depth_ = depth_of_mesh(mesh, view_.camera, std::max(1, int(std::lround(rgba.width * reduced))),
                         std::max(1, int(std::lround(rgba.height * reduced))));
  solidity_ = solidity_of(rgba, depth_);
  const double distance = view_.camera.position().norm();
  coarse_ = coarse_part(rgba, kBandSigma * view_.camera.focal_x * rgba.width / distance);
}

BakeSource::Look BakeSource::look(const Eigen::Vector3f& place,
                                  const Eigen::Vector3f& normal) const {
  Look out;
  const Eigen::Vector3d world = place.cast<double>();
  out.facing = normal.dot((view_.camera.position() - world).normalized().cast<float>());
  if (out.facing <= 0) return out;
  const Projection p = project(view_.camera, world);
  if (p.depth <= 0 || p.u < 0 || p.u >= 1 || p.v < 0 || p.v >= 1) return out;
  out.u = p.u;
  out.v = p.v;
  const float drawn = *depth_.at(int(p.u * depth_.width), int(p.v * depth_.height));
  if (drawn <= 0 || p.depth > drawn + kDepthSlack) return out;
  sample_bilinear(solidity_, p.u * solidity_.width, p.v * solidity_.height, &out.solidity);
  return out;
}

BakeSource::Bands BakeSource::bands(const Look& look) const {
  float whole[4];
  float coarse[4];
  sample_bilinear(view_.rgba, look.u * view_.rgba.width, look.v * view_.rgba.height, whole);
  sample_bilinear(coarse_, look.u * coarse_.width, look.v * coarse_.height, coarse);
  Bands out;
  out.coarse = {coarse[0], coarse[1], coarse[2]};
  out.fine = Eigen::Vector3f(whole[0], whole[1], whole[2]) - out.coarse;
  return out;
}

Eigen::Vector2d BakeSource::pixel(const Eigen::Vector3f& place) const {
  const Projection p = project(view_.camera, place.cast<double>());
  return {p.u * view_.rgba.width, p.v * view_.rgba.height};
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/reprojection/surface_detail.h"

#include "core/base/thread_pool.h"
#include "core/field/rays.h"
#include "core/nn/blur.h"
#include "core/nn/check_shape.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr int kFullSize = 512;
constexpr int kMostLookups = 4;       // across a pixel
constexpr float kLeastMass = 1e-3F;   // of pixels on a texel, to speak for it
constexpr double kWholeMass = 0.2;    // and to speak for all of it, by look-ups of full size
constexpr float kMostDetail = 0.35F;  // of a texel; what asks for more is a step of the depth
constexpr double kStepPx = 12;        // of depth between a pixel's neighbours, in sizes of a pixel

}  // namespace

SurfaceTexels::SurfaceTexels(const DrivingView& view, int size)
    : size_(size), finer_(std::clamp(kFullSize / std::max(size, 1), 1, kMostLookups)) {
  const at::NoGradGuard no_grad;
  const int across = size * finer_;
  const Tensor opacity = view.opacity.defined() ? view.opacity.detach() : at::ones_like(view.depth);
  const DrivingView bare{view.camera, view.depth.detach().cpu(), opacity.cpu(), {}, {}};
  const DrivingView fine = resample_view(bare, across, across);
  opacity_ = enlarged(opacity, size);
  const float* depth = fine.depth.data_ptr<float>();
  for (std::int32_t at = 0; at < across * across; ++at) {
    if (std::isfinite(depth[at])) lit_.push_back(at);
  }
  taps_.resize(lit_.size());
  const Camera& camera = view.camera;
  const Eigen::Matrix3f axes = camera.world_from_camera.block<3, 3>(0, 0).cast<float>();
  const Eigen::Vector3f origin = camera.position().cast<float>();
  parallel_for(std::int64_t(lit_.size()), 4096, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = std::size_t(begin); i < std::size_t(end); ++i) {
      const std::int32_t at = lit_[i];
      const double u = (at % across + 0.5) / across, v = (at / across + 0.5) / across;
      const Eigen::Vector3f ray =
          (axes * Eigen::Vector3f(float((u - camera.centre_x) / camera.focal_x),
                                  float((v - camera.centre_y) / camera.focal_y), 1.0F))
              .normalized();
      taps_[i] = capsule_taps(origin + depth[at] * ray);
    }
  });
}

Tensor SurfaceTexels::picture(const Tensor& texels) const {
  check_shape(texels, {CapsuleMap::kTexels, 3}, "texels of the surface");
  const at::NoGradGuard no_grad;
  const std::int64_t across = std::int64_t(size_) * finer_, plane = across * across;
  Tensor added = at::zeros({3, across, across});
  float* out = added.data_ptr<float>();
  const float* of = texels.data_ptr<float>();
  parallel_for(std::int64_t(lit_.size()), 4096, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = std::size_t(begin); i < std::size_t(end); ++i) {
      float sum[3] = {0, 0, 0};
      for (std::size_t corner = 0; corner < 4; ++corner) {
        const float* texel = of + 3 * std::int64_t(taps_[i].texels[corner]);
        for (int c = 0; c < 3; ++c) sum[c] += taps_[i].weights[corner] * texel[c];
      }
      for (int c = 0; c < 3; ++c) out[c * plane + lit_[i]] = sum[c];
    }
  });
  if (finer_ > 1) added = at::avg_pool2d(added, finer_);
  return added.to(opacity_.device()) * opacity_;
}

void SurfaceTexels::pull(Tensor& texels, Tensor& held, const Tensor& more, const Tensor& weight,
                         bool hold) const {
  check_shape(texels, {CapsuleMap::kTexels, 3}, "texels of the surface");
  check_shape(held, {CapsuleMap::kTexels}, "how far texels are held");
  check_shape(more, {3, size_, size_}, "what a picture shows more");
  check_shape(weight, {size_, size_}, "weights of a picture");
  const at::NoGradGuard no_grad;
  const std::int64_t across = std::int64_t(size_) * finer_, plane = across * across;
  Tensor rgb = more.detach().cpu(), share = weight.detach().cpu();
  if (finer_ > 1) {
    rgb = at::upsample_bilinear2d(rgb.unsqueeze(0), {across, across}, false)[0];
    share = enlarged(share, across);
  }
  rgb = rgb.contiguous();
  share = share.contiguous();
  const float* colours = rgb.data_ptr<float>();
  const float* weights = share.data_ptr<float>();
  // R, G, B and weight, summed; and how much of pixels fell on the texel.
  std::vector<float> sums(std::size_t(CapsuleMap::kTexels) * 5);
  for (std::size_t i = 0; i < lit_.size(); ++i) {
    const std::int32_t at = lit_[i];
    for (std::size_t corner = 0; corner < 4; ++corner) {
      float* sum = sums.data() + 5 * std::int64_t(taps_[i].texels[corner]);
      const float mass = taps_[i].weights[corner], weighted = mass * weights[at];
      for (int c = 0; c < 3; ++c) sum[c] += weighted * colours[c * plane + at];
      sum[3] += weighted;
      sum[4] += mass;
    }
  }
  const auto whole = float(kWholeMass * plane / (double(kFullSize) * kFullSize));
  float* to = texels.data_ptr<float>();
  float* fast = held.data_ptr<float>();
  for (std::int64_t t = 0; t < CapsuleMap::kTexels; ++t) {
    const float* sum = sums.data() + 5 * t;
    if (sum[4] < kLeastMass || sum[3] <= 0) continue;
    const float rate = sum[3] / sum[4] * std::min(1.0F, sum[4] / whole) * (1 - fast[t]);
    for (int c = 0; c < 3; ++c) {
      float& texel = to[3 * t + c];
      texel = std::clamp(texel + rate * sum[c] / sum[3], -kMostDetail, kMostDetail);
    }
    if (hold) fast[t] += rate;
  }
}

Tensor blank_surface_detail() {
  return at::zeros({CapsuleMap::kTexels, 3});
}

Tensor enlarged(const Tensor& map, std::int64_t size) {
  return at::upsample_bilinear2d(map.reshape({1, 1, map.size(0), map.size(1)}), {size, size}, false)
      .reshape({size, size});
}

Tensor with_surface_detail(const Tensor& picture, const Tensor& texels, const DrivingView& view) {
  if (!texels.defined() || !texels.any().item<bool>()) return picture;
  return picture + SurfaceTexels(view, static_cast<int>(picture.size(2))).picture(texels);
}

Tensor facing(const DrivingView& view, int size) {
  const at::NoGradGuard no_grad;
  check_view(view);
  const Rays rays = camera_rays(view.camera, view.width(), view.height(), view.depth.options());
  const Tensor normals = view.normals.reshape({3, -1}).t();
  const Tensor cosine = -(normals * rays.directions).sum(1) / normals.norm(2, 1).clamp_min(1e-6);
  const Tensor depth = view.depth.unsqueeze(0).unsqueeze(0);
  const Tensor apart = at::max_pool2d(depth, 3, 1, 1) + at::max_pool2d(-depth, 3, 1, 1);
  const double step = kStepPx / (view.camera.focal_x * view.width());
  const Tensor whole = (apart <= step * depth).to(at::kFloat).reshape_as(view.depth);
  return enlarged(cosine.clamp(0, 1).reshape_as(view.depth) * whole, size);
}

Tensor fine_part(const Tensor& difference, const Tensor& mask, double sigma) {
  const at::NoGradGuard no_grad;
  const Tensor inside = mask.unsqueeze(0);
  const Tensor coarse =
      blurred(difference * inside, sigma) / blurred(inside, sigma).clamp_min(1e-3);
  return (difference - coarse) * inside;
}

}  // namespace portrait

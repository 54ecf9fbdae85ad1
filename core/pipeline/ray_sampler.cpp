// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/ray_sampler.h"

#include "core/base/error.h"
#include "core/field/evaluator.h"
#include "core/field/renderer.h"

#include <algorithm>
#include <vector>

namespace portrait {
namespace {

constexpr std::int64_t kChunk = 2048;

Tensor uniform_numbers(std::int64_t rows, std::int64_t columns, const RandomKey& key) {
  Tensor numbers = at::empty({rows, columns}, at::kFloat);
  RandomStream stream(key);
  stream.fill_uniform({numbers.data_ptr<float>(), static_cast<std::size_t>(numbers.numel())});
  return numbers;
}

Tensor points_on(const Rays& rays, const Tensor& depths) {
  return (rays.origins.unsqueeze(1) + depths.unsqueeze(2) * rays.directions.unsqueeze(1))
      .reshape({-1, 3});
}

}  // namespace

RaySampler::RaySampler(const Camera& camera, int width, double half_extent, at::Device device)
    : width_(width),
      rays_(camera_rays(camera, width, width, at::TensorOptions(at::kFloat).device(device))) {
  const RayRanges ranges = box_ranges(rays_, half_extent);
  // A ray past the cube gets an empty range behind its start: all its samples find nothing.
  near_ = at::where(ranges.hit, ranges.near, at::zeros_like(ranges.near));
  far_ = at::where(ranges.hit, ranges.far, at::full_like(ranges.far, 1e-3));
  const Tensor middles =
      (at::arange(kBins, rays_.origins.options()) + 0.5) / static_cast<double>(kBins);
  depths_ = near_.unsqueeze(1) + (far_ - near_).unsqueeze(1) * middles;
  weights_ = at::zeros({rays_.count(), kBins - 1}, rays_.origins.options());
  depth_ = at::zeros({width, width}, rays_.origins.options());
  opacity_ = at::zeros_like(depth_);
}

void RaySampler::refresh(const Field& field) {
  const at::NoGradGuard no_grad;
  const FieldEvaluator evaluator(field);
  std::vector<Tensor> weights;
  for (std::int64_t begin = 0; begin < rays_.count(); begin += kChunk) {
    const std::int64_t length = std::min(kChunk, rays_.count() - begin);
    const Tensor depths = depths_.narrow(0, begin, length);
    const Tensor raw =
        evaluator.raw(points_on(rays_.slice(begin, length), depths)).view({length, kBins});
    weights.push_back(interval_weights(depths, raw));
  }
  weights_ = at::cat(weights, 0);
  const Tensor middles = (depths_.narrow(1, 0, kBins - 1) + depths_.narrow(1, 1, kBins - 1)) / 2;
  const Tensor sum = weights_.sum(1);
  opacity_ = sum.reshape({width_, width_});
  depth_ = ((weights_ * middles).sum(1) / sum.clamp_min(1e-6)).reshape({width_, width_});
}

Tensor RaySampler::indices(const PixelRect& r) const {
  const auto options = at::TensorOptions(at::kLong).device(rays_.origins.device());
  const Tensor rows = at::arange(r.y, r.y + r.height, options) * width_;
  const Tensor columns = at::arange(r.x, r.x + r.width, options);
  return (rows.unsqueeze(1) + columns).reshape(-1);
}

Rays RaySampler::rays(const PixelRect& rectangle) const {
  return rays_.select(indices(rectangle));
}

Tensor RaySampler::depths(const PixelRect& rectangle, int spread, int near,
                          const RandomKey& key) const {
  const at::NoGradGuard no_grad;
  const Tensor index = indices(rectangle);
  const Tensor begin = near_.index_select(0, index).unsqueeze(1);
  const Tensor length = far_.index_select(0, index).unsqueeze(1) - begin;
  const Tensor u = uniform_numbers(index.size(0), spread + near, key).to(rays_.origins.device());
  const Tensor strata = at::arange(spread, begin.options());
  const Tensor wide = begin + length * ((strata + u.narrow(1, 0, spread)) / double(spread));
  if (near == 0) return wide;
  const Tensor quantiles =
      (at::arange(near, begin.options()) + u.narrow(1, spread, near)) / double(near);
  const Tensor close =
      importance_depths(depths_.index_select(0, index), weights_.index_select(0, index), quantiles);
  return std::get<0>(at::cat({wide, close}, 1).sort(1));
}

void RaySampler::save_to(TensorMap& tensors, const std::string& prefix) const {
  tensors[prefix + "weights"] = weights_;
  tensors[prefix + "depth"] = depth_;
  tensors[prefix + "opacity"] = opacity_;
}

void RaySampler::load_from(const TensorMap& tensors, const std::string& prefix) {
  const auto take = [&](const std::string& name, Tensor& into) {
    const auto found = tensors.find(prefix + name);
    check(found != tensors.end() && found->second.sizes() == into.sizes(), ErrorCode::kCorrupt,
          "The project lacks '{}{}' or holds it in another shape; it is damaged", prefix, name);
    into = found->second.to(into.options()).clone();
  };
  take("weights", weights_);
  take("depth", depth_);
  take("opacity", opacity_);
}

}  // namespace portrait

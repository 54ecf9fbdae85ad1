// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/sampling.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/nn/check_shape.h"

#include <algorithm>

namespace portrait {

SampleJitter sample_jitter(std::int64_t rays, const RenderOptions& options,
                           const at::TensorOptions& like) {
  const int total = options.coarse + options.fine;
  const Tensor quantiles = (at::arange(options.fine, like) + 0.5) / std::max(options.fine, 1);
  if (!options.jitter_key) {
    return {at::full({1, options.coarse}, options.jitter, like).expand({rays, options.coarse}),
            quantiles.unsqueeze(0).expand({rays, options.fine})};
  }
  const Tensor random = at::empty({rays, total}, at::kFloat);
  RandomStream(*options.jitter_key)
      .fill_uniform({random.data_ptr<float>(), static_cast<std::size_t>(random.numel())});
  const Tensor u = random.to(like);
  const Tensor fine =
      quantiles + (u.narrow(1, options.coarse, options.fine) - 0.5) / std::max(options.fine, 1);
  return {u.narrow(1, 0, options.coarse), fine};
}

Tensor coarse_depths(const RayRanges& ranges, const Tensor& jitter, const RenderOptions& options) {
  const double strata = options.eg3d_sampling ? options.coarse - 1 : options.coarse;
  const Tensor near = ranges.near.unsqueeze(1);
  const Tensor far = ranges.far.unsqueeze(1);
  const Tensor s = (at::arange(options.coarse, jitter.options()) + jitter) / strata;
  if (options.disparity) return (s.neg().add(1) / near + s / far).reciprocal();
  return near + s * (far - near);
}

Tensor interval_weights(const Tensor& depths, const Tensor& raw) {
  const std::int64_t samples = depths.size(1);
  const Tensor middle = (raw.narrow(1, 0, samples - 1) + raw.narrow(1, 1, samples - 1)) * 0.5;
  const Tensor length = depths.narrow(1, 1, samples - 1) - depths.narrow(1, 0, samples - 1);
  const Tensor optical = at::softplus(middle - 1) * length;
  // exp(-sum) is the product of (1 - alpha) without its running error. Alpha is not expm1: of
  // rays that are all but empty EG3D's depth is a matter of this rounding.
  const Tensor before = optical.cumsum(1) - optical;
  return before.neg().exp() * optical.neg().exp().neg().add(1);
}

Tensor importance_depths(const Tensor& depths, const Tensor& weights, const Tensor& u) {
  const at::NoGradGuard no_gradient;
  const std::int64_t coarse = depths.size(1);
  check(coarse >= 4, ErrorCode::kBadUsage,
        "importance sampling needs at least 4 coarse samples, {} given", coarse);
  check_shape(weights, {depths.size(0), coarse - 1}, "weights");
  // max_pool1d(2, stride 1, padding 1), then avg_pool1d(2, stride 1), as slices.
  const Tensor padded = at::constant_pad_nd(weights.detach(), {1, 1}, 0);  // weights are >= 0
  const Tensor widest = at::maximum(padded.narrow(1, 0, coarse), padded.narrow(1, 1, coarse));
  const Tensor smooth =
      (widest.narrow(1, 0, coarse - 1) + widest.narrow(1, 1, coarse - 1)) * 0.5 + 0.01;
  const Tensor bins =
      (depths.narrow(1, 0, coarse - 1) + depths.narrow(1, 1, coarse - 1)).detach() * 0.5;

  const Tensor mass = smooth.narrow(1, 1, coarse - 3) + 1e-5;
  const Tensor cdf = at::constant_pad_nd((mass / mass.sum(1, /*keepdim=*/true)).cumsum(1), {1, 0});
  const Tensor found = at::searchsorted(cdf.contiguous(), u.contiguous(), /*out_int32=*/false,
                                        /*right=*/true);
  const Tensor below = (found - 1).clamp_min(0);
  const Tensor above = found.clamp_max(coarse - 3);
  const Tensor cdf_below = cdf.gather(1, below);
  Tensor width = cdf.gather(1, above) - cdf_below;
  width = at::where(width < 1e-5, at::ones({}, width.options()), width);
  const Tensor start = bins.gather(1, below);
  return start + (u - cdf_below) / width * (bins.gather(1, above) - start);
}

MergedDepths merge_depths(const Tensor& coarse, const Tensor& fine) {
  const std::int64_t columns = coarse.size(1);
  const auto [sorted, order] = at::cat({coarse, fine}, 1).sort(1);
  const Tensor places = at::arange(order.size(1), order.options()).expand_as(order);
  const Tensor rank = at::empty_like(order).scatter_(1, order, places);
  return {sorted, order, rank.narrow(1, 0, columns), rank.narrow(1, columns, fine.size(1))};
}

Tensor sample_weights(const Tensor& weights) {
  return (at::constant_pad_nd(weights, {1, 0}) + at::constant_pad_nd(weights, {0, 1})) * 0.5;
}

}  // namespace portrait

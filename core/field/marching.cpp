// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/marching.h"

#include "core/base/thread_pool.h"
#include "core/field/evaluator.h"

#include <algorithm>
#include <vector>

namespace portrait {
namespace {

constexpr std::int64_t kRayGrain = 32;

// A row per ray, or one row for all where the tensor is an expansion.
Tensor rows_of(const Tensor& tensor, std::int64_t& stride) {
  const bool shared = tensor.size(0) > 0 && tensor.stride(0) == 0;
  stride = shared ? 0 : tensor.size(1);
  return (shared ? tensor.narrow(0, 0, 1) : tensor).contiguous();
}

}  // namespace

c10::intrusive_ptr<Marching> prepare_march(const Field& field, const MarchRays& given,
                                           const RenderOptions& options, bool gradients) {
  auto marching = c10::make_intrusive<Marching>();
  Marching& m = *marching;
  m.weights = kernel_weights(field.decoder);
  m.frame = field.frame;
  m.rays = {given.rays.origins.contiguous(), given.rays.directions.contiguous()};
  RayMarch& march = m.march;
  march.origins = m.rays.origins.data_ptr<float>();
  march.directions = m.rays.directions.data_ptr<float>();
  if (given.depths.defined()) {
    m.depths = given.depths.contiguous();
    march.depths = m.depths.data_ptr<float>();
    march.coarse = static_cast<int>(m.depths.size(1));
  } else {
    m.near = given.ranges.near.contiguous();
    m.far = given.ranges.far.contiguous();
    m.coarse_jitter = rows_of(given.jitter.coarse, march.coarse_stride);
    m.fine_quantiles = rows_of(given.jitter.fine, march.fine_stride);
    march.near = m.near.data_ptr<float>();
    march.far = m.far.data_ptr<float>();
    march.coarse_jitter = m.coarse_jitter.data_ptr<float>();
    march.fine_quantiles = m.fine_quantiles.data_ptr<float>();
    march.coarse = options.coarse;
    march.fine = options.fine;
    march.strata = float(options.eg3d_sampling ? options.coarse - 1 : options.coarse);
    march.disparity = options.disparity;
  }
  if (!gradients) {
    march.least_weight = kLeastColourWeight;
    if (options.occupancy) {
      march.cells = {options.occupancy->cells, float(options.occupancy->half_extent),
                     options.occupancy->occupied.data()};
    }
  }
  return marching;
}

Marched march_all(const Marching& m, bool want_raw, bool want_weights) {
  const std::int64_t count = m.count();
  const int samples = m.march.samples();
  Marched out{at::empty({count, kFieldChannels}),
              at::empty({count}),
              at::empty({count}),
              Tensor(),
              Tensor(),
              Tensor(),
              {}};
  RayResults results;
  results.features = out.features.data_ptr<float>();
  results.depth = out.depth.data_ptr<float>();
  results.opacity = out.opacity.data_ptr<float>();
  if (want_raw || want_weights) {
    out.depths = at::empty({count, samples});
    results.depths = out.depths.data_ptr<float>();
  }
  if (want_raw) {
    out.raw = at::empty({count, samples});
    results.raw = out.raw.data_ptr<float>();
  }
  if (want_weights) {
    out.weights = at::empty({count, samples - 1});
    results.weights = out.weights.data_ptr<float>();
  }
  const FieldView view = m.view();
  std::vector<DepthSpan> spans(static_cast<std::size_t>((count + kRayGrain - 1) / kRayGrain));
  parallel_for(count, kRayGrain, [&](std::int64_t begin, std::int64_t end) {
    spans[static_cast<std::size_t>(begin / kRayGrain)] =
        march_rays(view, m.march, begin, end, results);
  });
  for (const DepthSpan& span : spans) {
    out.span.least = std::min(out.span.least, span.least);
    out.span.largest = std::max(out.span.largest, span.largest);
  }
  return out;
}

}  // namespace portrait

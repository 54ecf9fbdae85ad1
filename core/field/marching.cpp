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
// Rays per thread whose look-ups' gradients wait for their scattering at a time: they should still
// be in the caches by then. No result depends on it.
constexpr std::int64_t kPullRays = 64;
// Rays per sum of decoder gradients, so that the order of sums does not depend on the threads.
constexpr std::int64_t kPullGrain = 32;

// A row per ray, or one row for all where the tensor is an expansion.
Tensor rows_of(const Tensor& tensor, std::int64_t& stride) {
  const bool shared = tensor.size(0) > 0 && tensor.stride(0) == 0;
  stride = shared ? 0 : tensor.size(1);
  return (shared ? tensor.narrow(0, 0, 1) : tensor).contiguous();
}

// Bits of a number below 1024 with two zeros between each and the next.
std::uint32_t spread_bits(std::uint32_t x) {
  x = (x | (x << 16)) & 0x030000FFU;
  x = (x | (x << 8)) & 0x0300F00FU;
  x = (x | (x << 4)) & 0x030C30C3U;
  return (x | (x << 2)) & 0x09249249U;
}

// Rays along a curve (Morton's) through the middles of their samples: neighbours read the same
// texels, which stay in the nearer caches.
std::vector<std::int32_t> order_along_curve(const Marching& m) {
  const RayMarch& march = m.march;
  const std::int64_t count = m.count();
  const double scale = 512 / m.frame.half_extent;
  std::vector<std::uint64_t> keys(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const float* depths = march.depths ? march.depths + i * march.samples() : nullptr;
    const double middle = depths ? 0.5 * (depths[0] + depths[march.samples() - 1])
                                 : 0.5 * (march.near[i] + march.far[i]);
    std::uint32_t curve = 0;
    for (int axis = 0; axis < 3; ++axis) {
      const double p = march.origins[3 * i + axis] + middle * march.directions[3 * i + axis];
      const double place = (p + m.frame.half_extent) * scale;
      const auto cell = static_cast<std::uint32_t>(place > 0 ? std::min(place, 1023.0) : 0.0);
      curve |= spread_bits(cell) << axis;
    }
    keys[std::size_t(i)] = (std::uint64_t(curve) << 32) | std::uint64_t(i);
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::int32_t> order(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) order[i] = std::int32_t(keys[i] & 0xFFFFFFFFU);
  return order;
}

Tensor tensor_of(const AlignedFloats& values, at::IntArrayRef sizes) {
  const Tensor result = at::empty(sizes);
  std::copy(values.begin(), values.end(), result.data_ptr<float>());
  return result;
}

PulledGradient gradient_of(const DecoderGradients& decoder) {
  PulledGradient result;
  result.w0 = tensor_of(decoder.w0, {kFieldChannels, Decoder::kHidden}).t().contiguous();
  result.b0 = tensor_of(decoder.b0, {Decoder::kHidden});
  result.w1 = at::cat({tensor_of(decoder.w_density, {1, Decoder::kHidden}),
                       tensor_of(decoder.w_colour, {Decoder::kHidden, kFieldChannels}).t()});
  result.b1 =
      at::cat({at::full({1}, decoder.b_density), tensor_of(decoder.b_colour, {kFieldChannels})});
  return result;
}

}  // namespace

bool within_kernel_limits(const RenderOptions& options, bool gradients) {
  if (options.coarse + options.fine > kMaxSamples) return false;
  if (options.fine > 0 && options.coarse < 4) return false;
  return !gradients || (!options.want_normals && !options.want_weights);
}

void set_march_options(const RenderOptions& options, bool drawn, bool gradients, RayMarch& march) {
  if (drawn) {
    march.coarse = options.coarse;
    march.fine = options.fine;
    march.strata = float(options.eg3d_sampling ? options.coarse - 1 : options.coarse);
    march.disparity = options.disparity;
  }
  march.least_transmittance = options.least_transmittance;
  if (gradients) {
    march.unskipped_every = options.unskipped_every;
    march.unskipped_from = options.unskipped_from;
  } else {
    march.least_weight = kLeastColourWeight;
  }
}

void add_on_demand(const FieldEvaluator& evaluator, const Rays& rays, const RenderOptions& options,
                   const Tensor& depths, const Tensor& weights, RenderOutput& out) {
  if (options.want_normals) {
    const Tensor points = at::addcmul(rays.origins.unsqueeze(1), rays.directions.unsqueeze(1),
                                      depths.unsqueeze(2));
    out.normals = composite_normals(evaluator, points, sample_weights(weights));
  }
  if (options.want_weights) {
    out.weights = weights;
    out.sample_depths = depths;
  }
}

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
  }
  set_march_options(options, !given.depths.defined(), gradients, march);
  if (options.occupancy) {
    march.cells = {options.occupancy->cells, float(options.occupancy->half_extent),
                   options.occupancy->occupied.data()};
  }
  m.order = order_along_curve(m);
  march.order = m.order.data();
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

RayPull pull_of(const Marching& m, const Tensor& depths, const Tensor& raw) {
  RayPull pull;
  pull.origins = m.march.origins;
  pull.directions = m.march.directions;
  pull.depths = depths.data_ptr<float>();
  pull.raw = raw.data_ptr<float>();
  pull.samples = m.march.samples();
  pull.order = m.march.order;
  return pull;
}

// Batches of rays: first all rays back to their look-ups, then plane by plane, in the order of
// rays, into the planes' gradients.
std::vector<PulledGradient> pull_all(const Marching& m, const RayPull& pull) {
  const FieldView view = m.view();
  const DecoderTransposes transposes = transpose_decoder(view.decoder);
  const std::int64_t count = m.count();
  const auto gradients = static_cast<std::size_t>(pull.gradients);
  const std::int64_t batch = std::min(count, kPullRays * pool_threads());
  AlignedFloats features(static_cast<std::size_t>(batch * pull.ray_floats()));
  const auto parts_of = static_cast<std::size_t>((count + kPullGrain - 1) / kPullGrain);
  std::vector<DecoderGradients> parts(parts_of * gradients);  // side by side per grain
  std::vector<Tensor> packed;
  for (std::size_t g = 0; g < gradients; ++g) packed.push_back(at::zeros(m.packed.sizes()));
  constexpr int kGroups = kFieldChannels / kPlaneLane;
  for (std::int64_t first = 0; first < count; first += batch) {
    const std::int64_t length = std::min(batch, count - first);
    parallel_for(length, kPullGrain, [&](std::int64_t begin, std::int64_t end) {
      const auto part = static_cast<std::size_t>((first + begin) / kPullGrain);
      pull_rays(view, transposes, pull, first + begin, first + end,
                features.data() + begin * pull.ray_floats(), &parts[part * gradients]);
    });
    parallel_for(3 * kGroups, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t task = begin; task < end; ++task) {
        const int plane = static_cast<int>(task / kGroups);
        float* planes[kMostPulled] = {};
        for (std::size_t g = 0; g < gradients; ++g) {
          planes[g] = packed[g].data_ptr<float>() + plane * view.layout.plane_floats();
        }
        scatter_rays(view, pull, first, first + length, features.data(), plane,
                     static_cast<int>(task % kGroups) * kPlaneLane, planes);
      }
    });
  }
  std::vector<PulledGradient> results;
  for (std::size_t g = 0; g < gradients; ++g) {
    DecoderGradients sum;
    for (std::size_t part = 0; part < parts_of; ++part) sum.add(parts[part * gradients + g]);
    results.push_back(gradient_of(sum));
    results.back().packed = packed[g];
  }
  return results;
}

}  // namespace portrait

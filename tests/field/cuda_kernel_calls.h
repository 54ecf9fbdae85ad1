// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/ray_kernels_cuda.h"
#include "core/field/march.h"
#include "core/field/packed_planes.h"

#include <cstdlib>
#include <limits>
#include <vector>

// Calls of the CUDA kernels on tensors in main memory (tests/support/cuda_on_cpu).
namespace portrait {

inline float* data(const Tensor& tensor) {
  return tensor.data_ptr<float>();
}

// A call of the kernels and all that it reads.
struct Call {
  Call(const Field& from, const Rays& rays, const RenderOptions& options)
      : field(from), march(set_up_rays(from, rays, Tensor(), options, false)) {
    march.jitter = {march.jitter.coarse.contiguous(), march.jitter.fine.contiguous()};
    const Decoder& d = field.decoder;
    parts = {pack_planes(field.planes.unsqueeze(0)),
             d.w0.t().contiguous(),
             d.b0,
             d.w1[0].contiguous(),
             d.b1.narrow(0, 0, 1).contiguous(),
             d.w1.narrow(0, 1, kFieldChannels).t().contiguous(),
             d.b1.narrow(0, 1, kFieldChannels).contiguous()};
    view = {{field.frame.depth_slices, int(field.planes.size(3)), int(field.planes.size(4)),
             field.frame},
            data(parts[0]),
            {data(parts[1]), data(parts[2]), data(parts[3]), data(parts[4]), data(parts[5]),
             data(parts[6]), float(d.colour_low), float(d.colour_high)}};
    ray_march.origins = data(march.rays.origins);
    ray_march.directions = data(march.rays.directions);
    ray_march.near = data(march.ranges.near);
    ray_march.far = data(march.ranges.far);
    ray_march.coarse_jitter = data(march.jitter.coarse);
    ray_march.coarse_stride = options.coarse;
    ray_march.fine_quantiles = data(march.jitter.fine);
    ray_march.fine_stride = options.fine;
    ray_march.coarse = options.coarse;
    ray_march.fine = options.fine;
    ray_march.strata = float(options.eg3d_sampling ? options.coarse - 1 : options.coarse);
    ray_march.disparity = options.disparity;
  }

  std::int64_t count() const { return march.rays.count(); }

  Field field;
  MarchRays march;
  std::vector<Tensor> parts;
  FieldView view;
  RayMarch ray_march;
};

struct Results {
  Tensor features, depth, opacity, depths, raw, weights;
  float span[2];
};

inline Results march_through(const Call& call) {
  const std::int64_t count = call.count();
  const int n = call.ray_march.samples();
  Results out{at::empty({count, kFieldChannels}),
              at::empty({count}),
              at::empty({count}),
              at::empty({count, n}),
              at::empty({count, n}),
              at::empty({count, n - 1}),
              {}};
  const RayResults results{data(out.features), data(out.depth), data(out.opacity),
                           data(out.depths),   data(out.raw),   data(out.weights)};
  if (march_rays_cuda(call.view, call.ray_march, count, results, out.span, nullptr)) std::abort();
  return out;
}

// Gradients of planes and decoder, in the shapes of the field's parameters.
inline std::vector<Tensor> in_field_shapes(const Tensor& planes, const Tensor& decoder) {
  std::int64_t begin = 0;
  const auto part = [&](std::int64_t rows, std::int64_t columns) {
    begin += rows * columns;
    return decoder.narrow(0, begin - rows * columns, rows * columns).view({rows, columns});
  };
  const Tensor w0 = part(kFieldChannels, kHiddenUnits);
  const Tensor b0 = part(1, kHiddenUnits);
  const Tensor w_density = part(1, kHiddenUnits);
  const Tensor b_density = part(1, 1);
  const Tensor w_colour = part(kHiddenUnits, kFieldChannels);
  const Tensor b_colour = part(1, kFieldChannels);
  return {planes.squeeze(0).permute({0, 1, 4, 2, 3}), w0.t(), b0[0],
          at::cat({w_density, w_colour.t()}), at::cat({b_density[0], b_colour[0]})};
}

struct PixelSlopes {
  Tensor features, depth, opacity;
};
inline PixelSlopes slopes(std::int64_t count, double phase) {
  return {at::linspace(-1 + phase, 1.3, count * kFieldChannels)
              .sin()
              .view({count, kFieldChannels})
              .contiguous(),
          at::linspace(0.5 - phase, -1, count), at::linspace(-0.7, 2 + phase, count)};
}

inline std::vector<std::vector<Tensor>> pull_through(const Call& call, const Results& marched,
                                                     const std::vector<PixelSlopes>& of) {
  RayPull pull;
  pull.origins = call.ray_march.origins;
  pull.directions = call.ray_march.directions;
  pull.depths = data(marched.depths);
  pull.raw = data(marched.raw);
  pull.samples = call.ray_march.samples();
  pull.gradients = int(of.size());
  std::vector<Tensor> planes;
  std::vector<Tensor> decoders;
  PulledFloats into[kMostPulled];
  for (std::size_t g = 0; g < of.size(); ++g) {
    pull.of[g] = {data(of[g].features), data(of[g].depth), data(of[g].opacity)};
    planes.push_back(at::zeros_like(call.parts[0]));
    decoders.push_back(at::zeros({kDecoderFloats}));
    into[g] = {data(planes[g]), data(decoders[g])};
  }
  const Tensor workspace =
      at::full({pull_workspace_floats(call.count(), pull.samples, pull.gradients)},
               std::numeric_limits<float>::quiet_NaN());
  if (pull_rays_cuda(call.view, pull, call.count(), into, data(workspace), nullptr)) std::abort();
  std::vector<std::vector<Tensor>> all;
  for (std::size_t g = 0; g < of.size(); ++g) {
    all.push_back(in_field_shapes(planes[g], decoders[g]));
  }
  return all;
}

}  // namespace portrait

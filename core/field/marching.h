// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/ray_kernels.h"
#include "core/field/march.h"
#include "core/field/packed_planes.h"

#include <torch/custom_class.h>

#include <vector>

namespace portrait {

// All that the kernels read, kept alive together, from the forward to the backward.
struct Marching : torch::CustomClassHolder {
  Tensor packed;  // [1,3,D,H,W,32]
  DecoderWeights weights;
  FieldFrame frame;
  Rays rays;
  Tensor near, far, coarse_jitter, fine_quantiles, depths;
  RayMarch march;
  std::vector<std::int32_t> order;

  std::int64_t count() const { return rays.count(); }
  FieldView view() const {
    return {layout_of(packed, frame), packed.data_ptr<float>(), weights.view()};
  }
};

// `packed` is left for the caller to set.
c10::intrusive_ptr<Marching> prepare_march(const Field& field, const MarchRays& rays,
                                           const RenderOptions& options, bool gradients);

struct Marched {
  Tensor features, depth, opacity;
  Tensor depths, raw, weights;  // where asked for
  DepthSpan span;
};

// All rays, on the pool.
Marched march_all(const Marching& marching, bool want_raw, bool want_weights);

// Sets what a pull reads of a march: rays, depths and raw of `marched`, kept alive by the caller.
RayPull pull_of(const Marching& marching, const Tensor& depths, const Tensor& raw);

// Gradients of the planes [3,D,H,W,32] and of the decoder's parameters, shaped as the Decoder's.
struct PulledGradient {
  Tensor packed;
  Tensor w0, b0, w1, b1;
};
// One per gradient of the pull, on the pool; results do not depend on the number of threads.
std::vector<PulledGradient> pull_all(const Marching& marching, const RayPull& pull);

}  // namespace portrait

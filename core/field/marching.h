// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/ray_kernels.h"
#include "core/field/march.h"

#include <torch/custom_class.h>

namespace portrait {

// All that the kernels read, kept alive together, from the forward to the backward.
struct Marching : torch::CustomClassHolder {
  Tensor packed;  // [1,3,D,H,W,32]
  DecoderWeights weights;
  FieldFrame frame;
  Rays rays;
  Tensor near, far, coarse_jitter, fine_quantiles, depths;
  RayMarch march;

  std::int64_t count() const { return rays.count(); }
  FieldView view() const {
    return {{static_cast<int>(packed.size(2)), static_cast<int>(packed.size(3)),
             static_cast<int>(packed.size(4)), kFieldChannels, frame},
            packed.data_ptr<float>(),
            &weights};
  }
};

// `packed` is left for the caller to set. Without gradients samples are skipped as the options say.
c10::intrusive_ptr<Marching> prepare_march(const Field& field, const MarchRays& rays,
                                           const RenderOptions& options, bool gradients);

struct Marched {
  Tensor features, depth, opacity;
  Tensor depths, raw, weights;  // where asked for
  DepthSpan span;
};

// All rays, on the pool.
Marched march_all(const Marching& marching, bool want_raw, bool want_weights);

}  // namespace portrait

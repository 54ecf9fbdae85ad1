// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field_frame.h"
#include "core/nn/torch.h"

namespace portrait {

// Planes with the channels of a texel side by side, so that a look-up reads whole cache lines:
// [B,3,D,C,H,W] -> [B,3,D,H,W,C], contiguous. Differentiable.
Tensor pack_planes(const Tensor& planes);

// sample_planes() (triplane.h) on packed planes [B,3,D,H,W,C] and points [B,N,3] -> [B,N,C],
// contiguous. Float planes on the CPU with C a multiple of 16 go through the SIMD kernels
// (gradient in the planes only: points must not require one); anything else through
// sample_planes(). Deterministic for any number of threads.
Tensor sample_packed_planes(const Tensor& packed, const Tensor& points, const FieldFrame& frame);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field_frame.h"
#include "core/field/kernels/field_view.h"
#include "core/nn/torch.h"

namespace portrait {

// Planes with the channels of a texel side by side, so that a look-up reads whole cache lines:
// [B,3,D,C,H,W] -> [B,3,D,H,W,C], contiguous. Differentiable.
Tensor pack_planes(const Tensor& planes);
// The way back, without gradients.
Tensor unpack_planes(const Tensor& packed);

// How packed planes [B,3,D,H,W,32] lie.
PlaneLayout layout_of(const Tensor& packed, const FieldFrame& frame);

// sample_planes() (triplane.h) on packed planes [B,3,D,H,W,C] and points [B,N,3] -> [B,N,C],
// contiguous. Float planes on the CPU with C = 32 and at least 2 x 2 texels go through the kernels
// (gradient in the planes only: points must not require one); anything else through
// sample_planes(). Deterministic for any number of threads.
Tensor sample_packed_planes(const Tensor& packed, const Tensor& points, const FieldFrame& frame);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field_frame.h"
#include "core/nn/torch.h"

namespace portrait {

// Features of points: the mean of three bilinear look-ups, one per plane.
//   planes: [B,3,D,C,H,W], D = frame.depth_slices; points: [B,N,3], world coordinates; both of one
//   floating type and device. Returns [B,N,C] (strided: the storage is [B,C,N], which a linear
//   layer takes without a copy).
// In the plane: half-pixel grid (align_corners = false) over [-half_extent, half_extent], zeros
// outside, as in EG3D. Along the normal, D > 1 only: linear blend of the two nearest slices on the
// half-pixel grid, slice d centred at ((d + 0.5) / D * 2 - 1) * half_extent, but clamped, so that
// the first and last slice hold to the border and beyond it.
// Differentiable in planes and points. Deterministic for any number of threads.
// Throws kInternal on shapes that do not match.
Tensor sample_planes(const Tensor& planes, const Tensor& points, const FieldFrame& frame);

}  // namespace portrait

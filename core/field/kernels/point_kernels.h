// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/field_view.h"
#include "core/field/kernels/ray_kernels.h"

#include <cstdint>

namespace portrait {

// Values of the field at points, on one thread; the same as sample_planes() (triplane.h) and
// Decoder up to rounding.

// Whether this build has the kernels (it needs Highway). If not, the others must not be called.
bool have_field_kernels();

// points [N,3] -> features [N,32], mean of three look-ups in packed planes.
void look_up_points(const PlaneLayout& layout, const float* planes, const float* points,
                    std::int64_t count, float* features);

// The transpose of the look-up: adds grad_features [N,32] to grad_plane [D,H,W,32] of plane
// `plane`, channels channel .. channel + 15 (kPlaneLane). Calls for different planes or channels
// touch different floats, so they may run at the same time, and the order of sums never varies.
void scatter_points(const PlaneLayout& layout, int plane, int channel, const float* points,
                    const float* grad_features, std::int64_t count, float* grad_plane);

// points [N,3] -> s [N]; and colours [N,32] unless null.
void evaluate_points(const FieldView& field, const float* points, std::int64_t count, float* raw,
                     float* colours);

// The points (x[i], y[j], z[k]), at most kBlockSide of each.
inline constexpr int kBlockSide = 16;
struct PointBlock {
  const float* at[3] = {};
  int size[3] = {};

  int count() const { return size[0] * size[1] * size[2]; }
};

// The field on a block of points, x fastest: s, and RGB [count,3] as rendered unless null. Points
// with wanted[i] = 0 are left out, and what stands for them in the results means nothing (null: none
// is). A look-up on a plane serves all points that
// share its two coordinates, and so does its share of the hidden layer, which is linear up to
// there: a point costs little more than its softplus.
void evaluate_block(const FieldView& field, const PointBlock& block, const std::uint8_t* wanted,
                    float* raw, float* rgb);

// s [N] -> density = softplus(s - 1), per unit of length [N].
void densities_of_raw(const float* raw, std::int64_t count, float* density);

// s [N] -> alpha = 1 - exp(-density * length) [N].
void alphas_of_raw(const float* raw, std::int64_t count, float length, float* alpha);

}  // namespace portrait

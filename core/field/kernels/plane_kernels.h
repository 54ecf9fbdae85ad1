// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field_frame.h"

#include <cstdint>

namespace portrait {

// Plane look-ups on channels-last planes, float, on raw pointers. The same values as
// sample_planes() (triplane.h) up to rounding.
struct PlaneLayout {
  int depth = 1;
  int height = 0;
  int width = 0;
  int channels = 0;  // a multiple of 16
  FieldFrame frame;

  std::int64_t plane_floats() const {
    return std::int64_t(depth) * height * width * channels;
  }
};

inline constexpr int kPlaneLane = 16;  // channels handled together

// packed [3,D,H,W,C], points [N,3] -> out [N,C] = mean of three look-ups.
void look_up_planes(const PlaneLayout& layout, const float* packed, const float* points,
                    std::int64_t count, float* out);

// Adds to grad_plane [D,H,W,C] of plane `plane` the gradient of the 16 channels from
// `first_channel` on: grad_out [N,C]. Calls for different planes or channels touch different
// floats, so they may run at the same time, and the order of sums never varies.
void scatter_plane_gradient(const PlaneLayout& layout, int plane, int first_channel,
                            const float* points, const float* grad_out, std::int64_t count,
                            float* grad_plane);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/field/kernels/point_kernels.cpp"
#include <hwy/foreach_target.h>

#include "core/field/kernels/block_kernels-inl.h"
#include "core/field/kernels/point_kernels-inl.h"

#if HWY_ONCE

namespace portrait {

HWY_EXPORT(look_up_some);
HWY_EXPORT(scatter_points_some);
HWY_EXPORT(evaluate_points_some);
HWY_EXPORT(evaluate_block_some);
HWY_EXPORT(densities_some);
HWY_EXPORT(alphas_some);

bool have_field_kernels() { return true; }

void look_up_points(const PlaneLayout& layout, const float* planes, const float* points,
                    std::int64_t count, float* features) {
  HWY_DYNAMIC_DISPATCH(look_up_some)(layout, planes, points, count, features);
}

void scatter_points(const PlaneLayout& layout, int plane, int channel, const float* points,
                    const float* grad_features, std::int64_t count, float* grad_plane) {
  HWY_DYNAMIC_DISPATCH(scatter_points_some)
  (layout, plane, channel, points, grad_features, count, grad_plane);
}

void evaluate_points(const FieldView& field, const float* points, std::int64_t count, float* raw,
                     float* colours) {
  HWY_DYNAMIC_DISPATCH(evaluate_points_some)(field, points, count, raw, colours);
}

void evaluate_block(const FieldView& field, const PointBlock& block, const std::uint8_t* wanted,
                    float* raw, float* rgb) {
  HWY_DYNAMIC_DISPATCH(evaluate_block_some)(field, block, wanted, raw, rgb);
}

void densities_of_raw(const float* raw, std::int64_t count, float* density) {
  HWY_DYNAMIC_DISPATCH(densities_some)(raw, count, density);
}

void alphas_of_raw(const float* raw, std::int64_t count, float length, float* alpha) {
  HWY_DYNAMIC_DISPATCH(alphas_some)(raw, count, length, alpha);
}

}  // namespace portrait
#endif

// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/field/kernels/ray_kernels.cpp"
#include <hwy/foreach_target.h>

#include "core/field/kernels/ray_backward-inl.h"
#include "core/field/kernels/ray_forward-inl.h"

#if HWY_ONCE
namespace portrait {

HWY_EXPORT(march_some);
HWY_EXPORT(pull_some);
HWY_EXPORT(scatter_some);

DepthSpan march_rays(const FieldView& field, const RayMarch& march, std::int64_t begin,
                     std::int64_t end, const RayResults& results) {
  return HWY_DYNAMIC_DISPATCH(march_some)(field, march, begin, end, results);
}

void pull_rays(const FieldView& field, const DecoderTransposes& transposes, const RayPull& pull,
               std::int64_t begin, std::int64_t end, float* features, DecoderGradients* decoder) {
  HWY_DYNAMIC_DISPATCH(pull_some)(field, transposes, pull, begin, end, features, decoder);
}

void scatter_rays(const FieldView& field, const RayPull& pull, std::int64_t begin,
                  std::int64_t end, const float* features, int plane, int channel,
                  float* const* grad_planes) {
  HWY_DYNAMIC_DISPATCH(scatter_some)
  (field, pull, begin, end, features, plane, channel, grad_planes);
}

DecoderTransposes transpose_decoder(const DecoderView& decoder) {
  const auto transposed = [](const float* m, std::size_t rows, std::size_t columns) {
    AlignedFloats result(rows * columns);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) result[c * rows + r] = m[r * columns + c];
    }
    return result;
  };
  return {transposed(decoder.w0, kFieldChannels, kHiddenUnits),
          transposed(decoder.w_colour, kHiddenUnits, kFieldChannels)};
}

void DecoderGradients::add(const DecoderGradients& other) {
  const auto add_to = [](AlignedFloats& a, const AlignedFloats& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  };
  add_to(w0, other.w0);
  add_to(b0, other.b0);
  add_to(w_density, other.w_density);
  b_density += other.b_density;
  add_to(w_colour, other.w_colour);
  add_to(b_colour, other.b_colour);
}

}  // namespace portrait
#endif

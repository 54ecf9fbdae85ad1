// SPDX-License-Identifier: Apache-2.0
// A build without Highway: the volume renderer is LibTorch's alone.
#include "core/base/error.h"
#include "core/field/kernels/point_kernels.h"
#include "core/field/kernels/ray_kernels.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

[[noreturn]] void refuse() {
  fail(ErrorCode::kInternal, "A kernel of the field was called in a build without Highway");
}

}  // namespace

bool have_field_kernels() { return false; }

DepthSpan march_rays(const FieldView&, const RayMarch&, std::int64_t, std::int64_t,
                     const RayResults&) {
  refuse();
}
DecoderTransposes transpose_decoder(const DecoderView&) { refuse(); }
void DecoderGradients::add(const DecoderGradients&) { refuse(); }
void pull_rays(const FieldView&, const DecoderTransposes&, const RayPull&, std::int64_t,
               std::int64_t, float*, DecoderGradients*) {
  refuse();
}
void scatter_rays(const FieldView&, const RayPull&, std::int64_t, std::int64_t, const float*, int,
                  int, float* const*) {
  refuse();
}
void look_up_points(const PlaneLayout&, const float*, const float*, std::int64_t, float*) {
  refuse();
}
void scatter_points(const PlaneLayout&, int, int, const float*, const float*, std::int64_t,
                    float*) {
  refuse();
}
void evaluate_points(const FieldView&, const float*, std::int64_t, float*, float*) { refuse(); }
void evaluate_block(const FieldView&, const PointBlock&, const std::uint8_t*, float*, float*) {
  refuse();
}

void densities_of_raw(const float* raw, std::int64_t count, float* density) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float x = raw[i] - 1;
    density[i] = std::max(x, 0.0F) + std::log1p(std::exp(-std::abs(x)));
  }
}
void alphas_of_raw(const float* raw, std::int64_t count, float length, float* alpha) {
  densities_of_raw(raw, count, alpha);
  for (std::int64_t i = 0; i < count; ++i) alpha[i] = 1 - std::exp(-alpha[i] * length);
}

}  // namespace portrait

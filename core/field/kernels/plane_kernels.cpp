// SPDX-License-Identifier: Apache-2.0
#include "core/field/kernels/decoder_kernels.h"
#include "core/field/kernels/plane_kernels.h"

// Vectors wider than the baseline's registers are passed between inlined functions only.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace portrait {
namespace {

namespace baseline {
#include "core/field/kernels/plane_kernels_body.inc"
#include "core/field/kernels/decoder_kernels_body.inc"
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PORTRAIT_PLANE_KERNELS_X86
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#include "core/field/kernels/plane_kernels_body.inc"
#include "core/field/kernels/decoder_kernels_body.inc"
}
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512vl,avx512dq,prefer-vector-width=512")
namespace avx512 {
#include "core/field/kernels/plane_kernels_body.inc"
#include "core/field/kernels/decoder_kernels_body.inc"
}
#pragma GCC pop_options
#endif

struct Kernels {
  decltype(&baseline::look_up) look_up = baseline::look_up;
  decltype(&baseline::scatter) scatter = baseline::scatter;
  decltype(&baseline::evaluate) evaluate = baseline::evaluate;
};

Kernels choose() {
#ifdef PORTRAIT_PLANE_KERNELS_X86
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return {avx512::look_up, avx512::scatter, avx512::evaluate};
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return {avx2::look_up, avx2::scatter, avx2::evaluate};
  }
#endif
  return {};
}

const Kernels& kernels() {
  static const Kernels chosen = choose();
  return chosen;
}

}  // namespace

void look_up_planes(const PlaneLayout& layout, const float* packed, const float* points,
                    std::int64_t count, float* out) {
  kernels().look_up(layout, packed, points, count, out);
}

void scatter_plane_gradient(const PlaneLayout& layout, int plane, int first_channel,
                            const float* points, const float* grad_out, std::int64_t count,
                            float* grad_plane) {
  kernels().scatter(layout, plane, first_channel, points, grad_out, count, grad_plane);
}

void evaluate_field(const PlaneLayout& layout, const float* packed, const DecoderWeights& weights,
                    const float* points, std::int64_t count, float* raw, float* colours) {
  kernels().evaluate(layout, packed, weights, points, count, raw, colours);
}

}  // namespace portrait

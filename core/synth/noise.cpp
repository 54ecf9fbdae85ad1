// SPDX-License-Identifier: Apache-2.0
#include "core/synth/noise.h"

namespace portrait::noise {
namespace {

// Eight lattice points, in the order x fastest, then y, then z.
typedef std::uint32_t Corners __attribute__((vector_size(32)));
typedef std::int32_t SignedCorners __attribute__((vector_size(32)));
typedef float Values __attribute__((vector_size(32)));

constexpr std::uint32_t kX = 0x8da6b343U;
constexpr std::uint32_t kY = 0xd8163841U;
constexpr std::uint32_t kZ = 0xcb1ab31fU;

// Passed as words: vectors of this width have no place in a call without AVX.
__attribute__((always_inline)) inline float interpolate(std::uint32_t first, float tx, float ty,
                                                        float tz) {
  Corners h = first + Corners{0, kX, kY, kX + kY, kZ, kX + kZ, kY + kZ, kX + kY + kZ};
  h ^= h >> 16;
  h *= 0x7feb352dU;
  h ^= h >> 15;
  h *= 0x846ca68bU;
  h ^= h >> 16;
  // Below 2^24: the signed conversion, which every processor has, is exact.
  const Values v =
      __builtin_convertvector(SignedCorners(h >> 8), Values) * (2.0F / 16777216.0F) - 1.0F;
  float plane[2];
  for (int k = 0; k < 2; ++k) {
    const float a = v[4 * k];
    const float b = v[4 * k + 1];
    const float c = v[4 * k + 2];
    const float d = v[4 * k + 3];
    const float low = a + (b - a) * tx;
    const float high = c + (d - c) * tx;
    plane[k] = low + (high - low) * ty;
  }
  return plane[0] + (plane[1] - plane[0]) * tz;
}

using Interpolation = float (*)(std::uint32_t, float, float, float);

float interpolate_anywhere(std::uint32_t first, float tx, float ty, float tz) {
  return interpolate(first, tx, ty, tz);
}

#if defined(__x86_64__)
// Without FMA, which would round differently.
__attribute__((target("avx2"))) float interpolate_avx2(std::uint32_t first, float tx, float ty,
                                                       float tz) {
  return interpolate(first, tx, ty, tz);
}

const Interpolation fastest =
    __builtin_cpu_supports("avx2") != 0 ? interpolate_avx2 : interpolate_anywhere;
#else
constexpr Interpolation fastest = interpolate_anywhere;
#endif

// Rounded down, for what an int can hold; a call of std::floor costs more than the hashes.
std::int32_t whole_below(float x) {
  const auto i = std::int32_t(x);
  return i - (float(i) > x ? 1 : 0);
}

}  // namespace

float value3(const Eigen::Vector3f& p, std::uint32_t seed) {
  const std::int32_t ix = whole_below(p.x());
  const std::int32_t iy = whole_below(p.y());
  const std::int32_t iz = whole_below(p.z());
  const std::uint32_t first =
      std::uint32_t(ix) * kX + std::uint32_t(iy) * kY + std::uint32_t(iz) * kZ + seed;
  return fastest(first, fade(p.x() - float(ix)), fade(p.y() - float(iy)), fade(p.z() - float(iz)));
}

}  // namespace portrait::noise

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <cmath>
#include <cstdint>

namespace portrait::noise {

// Value noise on an integer lattice, quintic interpolation. All results in [-1, 1] before
// weighting, a pure function of place and seed.

inline std::uint32_t hash(std::uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  return x ^ (x >> 16);
}

inline float unit(std::uint32_t h) {
  return float(h >> 8) * (2.0F / 16777216.0F) - 1.0F;
}

inline float lattice(std::int32_t x, std::int32_t y, std::int32_t z, std::uint32_t seed) {
  return unit(hash(std::uint32_t(x) * 0x8da6b343U + std::uint32_t(y) * 0xd8163841U +
                   std::uint32_t(z) * 0xcb1ab31fU + seed));
}

inline float fade(float t) {
  return t * t * t * (t * (t * 6 - 15) + 10);
}

inline float value1(float x, std::uint32_t seed) {
  const float f = std::floor(x);
  const auto i = std::int32_t(f);
  const float t = fade(x - f);
  const float a = unit(hash(std::uint32_t(i) * 0x8da6b343U + seed));
  const float b = unit(hash(std::uint32_t(i + 1) * 0x8da6b343U + seed));
  return a + (b - a) * t;
}

inline float value2(float x, float y, std::uint32_t seed) {
  const float fx = std::floor(x);
  const float fy = std::floor(y);
  const auto ix = std::int32_t(fx);
  const auto iy = std::int32_t(fy);
  const float tx = fade(x - fx);
  const float ty = fade(y - fy);
  const float a = lattice(ix, iy, 0, seed);
  const float b = lattice(ix + 1, iy, 0, seed);
  const float c = lattice(ix, iy + 1, 0, seed);
  const float d = lattice(ix + 1, iy + 1, 0, seed);
  const float low = a + (b - a) * tx;
  const float high = c + (d - c) * tx;
  return low + (high - low) * ty;
}

// In three dimensions; the eight corners at once where the processor has AVX2, same bits.
float value3(const Eigen::Vector3f& p, std::uint32_t seed);

// How much of a pattern of the given wavelength survives a pixel of the given width.
inline float visible(float wavelength, float footprint) {
  const float r = footprint / wavelength;  // fades between a quarter and a half wavelength
  return r <= 0.25F ? 1.0F : r >= 0.6F ? 0.0F : (0.6F - r) / 0.35F;
}

// Octaves from wavelength `longest` on, each half as long and `gain` times as strong.
inline float fractal3(const Eigen::Vector3f& p, float longest, int octaves, float gain,
                      float footprint, std::uint32_t seed) {
  float sum = 0;
  float weight = 1;
  float wavelength = longest;
  for (int o = 0; o < octaves; ++o) {
    const float share = visible(wavelength, footprint);
    if (share <= 0) break;
    sum += weight * share * value3(p / wavelength, seed + std::uint32_t(o) * 0x9e3779b9U);
    weight *= gain;
    wavelength *= 0.5F;
  }
  return sum;
}

inline float smoothstep(float low, float high, float x) {
  const float t = std::fmin(std::fmax((x - low) / (high - low), 0.0F), 1.0F);  // low > high falls
  return t * t * (3 - 2 * t);
}

inline float bump(float distance, float radius) {  // Gaussian-like, 1 at 0, ~0 beyond 2 radii
  return std::exp(-(distance * distance) / (radius * radius));
}

}  // namespace portrait::noise

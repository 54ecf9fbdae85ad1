// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/inside_bits.h"

#include <algorithm>
#include <array>
#include <limits>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace portrait {
namespace {

constexpr int kBlock = 64;  // nodes to a word

// Bit i is set where sample i is inside.
std::uint64_t compare(const float* samples, float threshold) {
  std::uint64_t bits = 0;
  constexpr float kLargest = std::numeric_limits<float>::max();
#ifdef __SSE2__
  // Sixteen samples at a time; the compiler finds no way from comparisons to single bits.
  const __m128 low = _mm_set1_ps(threshold);
  const __m128 high = _mm_set1_ps(kLargest);
  const auto four = [&](int i) {
    const __m128 s = _mm_loadu_ps(samples + i);
    return _mm_castps_si128(_mm_and_ps(_mm_cmpge_ps(s, low), _mm_cmple_ps(s, high)));
  };
  for (int i = 0; i < kBlock; i += 16) {
    const __m128i bytes = _mm_packs_epi16(_mm_packs_epi32(four(i), four(i + 4)),
                                          _mm_packs_epi32(four(i + 8), four(i + 12)));
    bits |= std::uint64_t(std::uint32_t(_mm_movemask_epi8(bytes))) << i;
  }
#else
  for (int i = 0; i < kBlock; ++i) {
    bits |= std::uint64_t(samples[i] >= threshold && samples[i] <= kLargest) << i;
  }
#endif
  return bits;
}

}  // namespace

InsideBits::InsideBits(const Eigen::Vector3i& dims)
    : size_(dims.array() + 2),
      words_((size_[0] + kBlock - 1) / kBlock),
      bits_(std::size_t(words_) * size_[1] * size_[2] + 1) {}

void InsideBits::classify(const DensityGrid& grid, float threshold, int z) {
  if (z == 0 || z == size_[2] - 1) return;
  const int nodes = grid.dims.x();
  const int whole = nodes / kBlock;
  std::array<float, kBlock> rest;  // of a row, filled up with what is not inside
  rest.fill(std::numeric_limits<float>::quiet_NaN());
  for (int y = 0; y < grid.dims.y(); ++y) {
    const float* samples = grid.density.data() + grid.index(0, y, z - 1);
    std::uint64_t* out = bits_.data() + (std::size_t(z) * size_[1] + y + 1) * words_;
    std::uint64_t carried = 0;  // the padding shifts a row by one bit
    for (int block = 0; block < words_; ++block) {
      std::uint64_t bits = 0;
      if (block < whole) {
        bits = compare(samples + std::ptrdiff_t(block) * kBlock, threshold);
      } else if (block * kBlock < nodes) {
        std::copy(samples + std::ptrdiff_t(block) * kBlock, samples + nodes, rest.begin());
        bits = compare(rest.data(), threshold);
      }
      out[block] = bits << 1 | carried;
      carried = bits >> 63;
    }
  }
}

}  // namespace portrait

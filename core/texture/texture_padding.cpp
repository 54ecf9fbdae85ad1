// SPDX-License-Identifier: Apache-2.0
#include "core/texture/texture_padding.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/image/resample.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace portrait {
namespace {

constexpr int kOutward = 4;  // texels: bilinear look-ups of the two finest levels
constexpr std::int64_t kRows = 16;

// State of a texel, beside 0: without a colour.
constexpr std::uint8_t kKnown = 1;
constexpr std::uint8_t kNext = 2;  // gets its colour in the ring at hand

// Visits the up to eight texels round one.
template <typename Visit>
void for_each_round(const Image& texture, std::size_t texel, const Visit& visit) {
  constexpr std::pair<int, int> kRound[] = {{-1, 0},  {1, 0},  {0, -1}, {0, 1},
                                            {-1, -1}, {1, -1}, {-1, 1}, {1, 1}};
  const auto width = std::size_t(texture.width);
  const int x = int(texel % width);
  const int y = int(texel / width);
  for (const auto& [dx, dy] : kRound) {
    const int u = x + dx;
    const int v = y + dy;
    if (u < 0 || v < 0 || u >= texture.width || v >= texture.height) continue;
    visit(std::size_t(v) * width + std::size_t(u));
  }
}

// Texels without a colour that touch one with.
std::vector<std::size_t> first_ring(const Image& texture, std::vector<std::uint8_t>& state) {
  std::vector<std::size_t> ring;
  for (std::size_t i = 0; i < state.size(); ++i) {
    if (state[i] != 0) continue;
    bool touches = false;
    for_each_round(texture, i, [&](std::size_t j) { touches = touches || state[j] == kKnown; });
    if (touches) ring.push_back(i);
  }
  for (const std::size_t i : ring) state[i] = kNext;
  return ring;
}

// One texel outward: each of the ring the mean of its neighbours that have a colour. Returns the
// next ring.
std::vector<std::size_t> grow(Image& texture, std::vector<std::uint8_t>& state,
                              const std::vector<std::size_t>& ring) {
  const auto channels = std::size_t(texture.channels);
  for (const std::size_t i : ring) {
    float* out = texture.pixels.data() + i * channels;
    std::fill_n(out, channels, 0.0F);
    int count = 0;
    for_each_round(texture, i, [&](std::size_t j) {
      if (state[j] != kKnown) return;
      for (std::size_t c = 0; c < channels; ++c) out[c] += texture.pixels[j * channels + c];
      ++count;
    });
    for (std::size_t c = 0; c < channels; ++c) out[c] /= float(count);
  }
  for (const std::size_t i : ring) state[i] = kKnown;
  std::vector<std::size_t> next;
  for (const std::size_t i : ring) {
    for_each_round(texture, i, [&](std::size_t j) {
      if (state[j] != 0) return;
      state[j] = kNext;
      next.push_back(j);
    });
  }
  return next;
}

// Pull: a picture of half the size by means of what is known. Push: what is not known here is
// interpolated between its pixels, themselves filled in the same way.
void fill_from_coarser(Image& texture, const std::vector<std::uint8_t>& state) {
  if (texture.width <= 1 && texture.height <= 1) return;
  Image coarse((texture.width + 1) / 2, (texture.height + 1) / 2, texture.channels);
  std::vector<std::uint8_t> found(std::size_t(coarse.width) * std::size_t(coarse.height), 0);
  const auto known = [&](int x, int y) {
    return state[std::size_t(y) * std::size_t(texture.width) + std::size_t(x)] == kKnown;
  };
  std::atomic<bool> holes = false;
  parallel_for(coarse.height, kRows, [&](std::int64_t begin, std::int64_t end) {
    for (int y = int(begin); y < int(end); ++y) {
      for (int x = 0; x < coarse.width; ++x) {
        int count = 0;
        float* out = coarse.at(x, y);
        for (int v = 2 * y; v < std::min(2 * y + 2, texture.height); ++v) {
          for (int u = 2 * x; u < std::min(2 * x + 2, texture.width); ++u) {
            if (!known(u, v)) continue;
            for (int c = 0; c < texture.channels; ++c) out[c] += texture.at(u, v)[c];
            ++count;
          }
        }
        if (count == 0) {
          holes = true;
          continue;
        }
        for (int c = 0; c < texture.channels; ++c) out[c] /= float(count);
        found[std::size_t(y) * std::size_t(coarse.width) + std::size_t(x)] = kKnown;
      }
    }
  });
  if (holes) fill_from_coarser(coarse, found);
  parallel_for(texture.height, kRows, [&](std::int64_t begin, std::int64_t end) {
    for (int y = int(begin); y < int(end); ++y) {
      for (int x = 0; x < texture.width; ++x) {
        if (!known(x, y)) sample_bilinear(coarse, (x + 0.5) / 2, (y + 0.5) / 2, texture.at(x, y));
      }
    }
  });
}

}  // namespace

void pad_texture(Image& texture, std::vector<std::uint8_t> covered) {
  check(covered.size() == std::size_t(texture.width) * std::size_t(texture.height),
        ErrorCode::kBadUsage, "A texture of {} x {} needs a cover of as many texels, found {}",
        texture.width, texture.height, covered.size());
  if (std::find(covered.begin(), covered.end(), kKnown) == covered.end()) return;
  std::vector<std::size_t> ring = first_ring(texture, covered);
  for (int i = 0; i < kOutward; ++i) ring = grow(texture, covered, ring);
  fill_from_coarser(texture, covered);
}

}  // namespace portrait

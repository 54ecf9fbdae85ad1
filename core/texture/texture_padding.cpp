// SPDX-License-Identifier: Apache-2.0
#include "core/texture/texture_padding.h"

#include "core/base/error.h"

#include <algorithm>
#include <utility>

namespace portrait {
namespace {

constexpr int kOutward = 4;  // texels: bilinear look-ups of the two finest levels

// One texel outward: the mean of the neighbours that have a colour.
void grow(Image& texture, std::vector<std::uint8_t>& covered) {
  const std::vector<std::uint8_t> before = covered;
  const auto has = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < texture.width && y < texture.height &&
           before[std::size_t(y) * std::size_t(texture.width) + std::size_t(x)] != 0;
  };
  constexpr std::pair<int, int> kRound[] = {{-1, 0},  {1, 0},  {0, -1}, {0, 1},
                                            {-1, -1}, {1, -1}, {-1, 1}, {1, 1}};
  for (int y = 0; y < texture.height; ++y) {
    for (int x = 0; x < texture.width; ++x) {
      if (has(x, y)) continue;
      int count = 0;
      float* out = texture.at(x, y);
      for (const auto& [dx, dy] : kRound) {
        if (!has(x + dx, y + dy)) continue;
        const float* in = texture.at(x + dx, y + dy);
        for (int c = 0; c < texture.channels; ++c) out[c] = (count == 0 ? 0 : out[c]) + in[c];
        ++count;
      }
      if (count == 0) continue;
      for (int c = 0; c < texture.channels; ++c) out[c] /= float(count);
      covered[std::size_t(y) * std::size_t(texture.width) + std::size_t(x)] = 1;
    }
  }
}

// Colours times weights, and weights; each level half the size of the last.
void fill_from_coarser(Image& texture, const std::vector<std::uint8_t>& covered) {
  if (texture.width <= 1 && texture.height <= 1) return;
  Image coarse((texture.width + 1) / 2, (texture.height + 1) / 2, texture.channels);
  std::vector<std::uint8_t> found(std::size_t(coarse.width) * std::size_t(coarse.height), 0);
  bool holes = false;
  for (int y = 0; y < coarse.height; ++y) {
    for (int x = 0; x < coarse.width; ++x) {
      int count = 0;
      float* out = coarse.at(x, y);
      for (int v = 2 * y; v < std::min(2 * y + 2, texture.height); ++v) {
        for (int u = 2 * x; u < std::min(2 * x + 2, texture.width); ++u) {
          if (covered[std::size_t(v) * std::size_t(texture.width) + std::size_t(u)] == 0) continue;
          for (int c = 0; c < texture.channels; ++c) out[c] += texture.at(u, v)[c];
          ++count;
        }
      }
      for (int c = 0; count > 0 && c < texture.channels; ++c) out[c] /= float(count);
      found[std::size_t(y) * std::size_t(coarse.width) + std::size_t(x)] = count > 0 ? 1 : 0;
      holes = holes || count == 0;
    }
  }
  if (holes) fill_from_coarser(coarse, found);
  for (int y = 0; y < texture.height; ++y) {
    for (int x = 0; x < texture.width; ++x) {
      if (covered[std::size_t(y) * std::size_t(texture.width) + std::size_t(x)] != 0) continue;
      std::copy_n(coarse.at(x / 2, y / 2), texture.channels, texture.at(x, y));
    }
  }
}

}  // namespace

void pad_texture(Image& texture, const std::vector<std::uint8_t>& covered) {
  check(covered.size() == std::size_t(texture.width) * std::size_t(texture.height),
        ErrorCode::kBadUsage, "A texture of {} x {} needs a cover of as many texels, found {}",
        texture.width, texture.height, covered.size());
  if (std::find(covered.begin(), covered.end(), 1) == covered.end()) return;
  std::vector<std::uint8_t> known = covered;
  for (int i = 0; i < kOutward; ++i) grow(texture, known);
  fill_from_coarser(texture, known);
}

}  // namespace portrait

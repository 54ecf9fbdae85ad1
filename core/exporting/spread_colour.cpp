// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/spread_colour.h"

#include <Eigen/Core>

#include <algorithm>
#include <vector>

namespace portrait {
namespace {

// Colour times alpha, and alpha, summed over squares of pixels.
struct Squares {
  int width = 0;
  int height = 0;
  std::vector<Eigen::Vector4f> sums;

  Eigen::Vector4f& at(int x, int y) { return sums[std::size_t(y) * width + x]; }
  const Eigen::Vector4f& at(int x, int y) const { return sums[std::size_t(y) * width + x]; }
};

Squares empty_squares(int width, int height) {
  return {width, height,
          std::vector<Eigen::Vector4f>(std::size_t(width) * height, Eigen::Vector4f::Zero())};
}

Squares pixels_of(const Image& frame) {
  Squares pixels = empty_squares(frame.width, frame.height);
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      const float* p = frame.at(x, y);
      const float alpha = std::clamp(p[3], 0.0F, 1.0F);
      pixels.at(x, y) = {alpha * p[0], alpha * p[1], alpha * p[2], alpha};
    }
  }
  return pixels;
}

Squares twice_as_large(const Squares& fine) {
  Squares coarse = empty_squares((fine.width + 1) / 2, (fine.height + 1) / 2);
  for (int y = 0; y < fine.height; ++y) {
    for (int x = 0; x < fine.width; ++x) coarse.at(x / 2, y / 2) += fine.at(x, y);
  }
  return coarse;
}

}  // namespace

Image spread_colour(const Image& frame) {
  Image colour(frame.width, frame.height, 3);
  std::vector<Squares> levels;
  if (frame.channels == 4) {
    levels.push_back(pixels_of(frame));
    while (levels.back().width > 1 || levels.back().height > 1) {
      levels.push_back(twice_as_large(levels.back()));
    }
  }
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      const float* p = frame.at(x, y);
      float* out = colour.at(x, y);
      std::copy_n(p, 3, out);
      if (frame.channels != 4 || p[3] > 0) continue;
      for (std::size_t n = 1; n < levels.size(); ++n) {
        const Eigen::Vector4f& sum = levels[n].at(x >> n, y >> n);
        if (sum[3] <= 0) continue;
        for (int c = 0; c < 3; ++c) out[c] = sum[c] / sum[3];
        break;
      }
    }
  }
  return colour;
}

}  // namespace portrait

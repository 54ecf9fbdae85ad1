// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace portrait {

// A picture in memory: float, interleaved rows, top row first. Colour is sRGB-encoded RGB in
// [0, 1] unless a signature says otherwise; a fourth channel is alpha, not premultiplied.
// Pixel (x, y) covers [x, x+1) x [y, y+1): its centre is at half integers.
struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<float> pixels;  // height * width * channels

  Image() = default;
  Image(int w, int h, int c, float value = 0.0F)
      : width(w), height(h), channels(c), pixels(std::size_t(w) * h * c, value) {}

  bool empty() const { return pixels.empty(); }
  float* at(int x, int y) { return pixels.data() + (std::size_t(y) * width + x) * channels; }
  const float* at(int x, int y) const {
    return pixels.data() + (std::size_t(y) * width + x) * channels;
  }
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/image/colour.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"

#include <cmath>

namespace portrait {
namespace {

int colour_channels(int channels) { return channels == 2 || channels == 4 ? channels - 1 : channels; }

template <typename Function>
Image map_colour(const Image& in, Function function) {
  Image out = in;
  const int colours = colour_channels(in.channels);
  parallel_for(in.height, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t y = begin; y < end; ++y) {
      float* p = out.at(0, int(y));
      for (int x = 0; x < in.width; ++x, p += in.channels) {
        for (int c = 0; c < colours; ++c) p[c] = function(p[c]);
      }
    }
  });
  return out;
}

}  // namespace

float linear_of_srgb(float v) {
  return v <= 0.04045F ? v / 12.92F : std::pow((v + 0.055F) / 1.055F, 2.4F);
}

float srgb_of_linear(float v) {
  return v <= 0.0031308F ? v * 12.92F : 1.055F * std::pow(v, 1.0F / 2.4F) - 0.055F;
}

Image to_linear(const Image& srgb) { return map_colour(srgb, linear_of_srgb); }
Image to_srgb(const Image& linear) { return map_colour(linear, srgb_of_linear); }

Image luma(const Image& rgb) {
  if (rgb.channels < 3) return channels_of(rgb, 0, 1);
  Image out(rgb.width, rgb.height, 1);
  for (std::size_t i = 0; i < out.pixels.size(); ++i) {
    const float* p = rgb.pixels.data() + i * rgb.channels;
    out.pixels[i] = 0.2126F * p[0] + 0.7152F * p[1] + 0.0722F * p[2];
  }
  return out;
}

Image over_grey(const Image& rgb, const Image& alpha, float grey) {
  check(rgb.channels >= 3 && alpha.channels == 1 && rgb.width == alpha.width &&
            rgb.height == alpha.height,
        ErrorCode::kInternal, "over_grey needs a picture and an alpha of one size, got {}x{}x{} "
        "and {}x{}x{}", rgb.width, rgb.height, rgb.channels, alpha.width, alpha.height,
        alpha.channels);
  Image out(rgb.width, rgb.height, 3);
  for (std::size_t i = 0; i < alpha.pixels.size(); ++i) {
    const float a = alpha.pixels[i];
    for (int c = 0; c < 3; ++c) {
      out.pixels[3 * i + c] = a * rgb.pixels[i * rgb.channels + c] + (1 - a) * grey;
    }
  }
  return out;
}

Image channels_of(const Image& image, int first, int count) {
  check(first >= 0 && first + count <= image.channels, ErrorCode::kInternal,
        "channels {} to {} asked of a picture with {}", first, first + count - 1, image.channels);
  Image out(image.width, image.height, count);
  const std::size_t pixels = std::size_t(image.width) * image.height;
  for (std::size_t i = 0; i < pixels; ++i) {
    for (int c = 0; c < count; ++c) {
      out.pixels[i * count + c] = image.pixels[i * image.channels + first + c];
    }
  }
  return out;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/mesh_texture.h"

#include "core/base/error.h"
#include "core/image/read_image.h"
#include "core/image/write_image.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

Image decoded(const std::string& png) {
  ReadOptions options;
  options.min_side = 1;
  LoadedImage loaded = decode_image(png, "texture.png", options);
  check(png.starts_with("\x89PNG") && loaded.image.channels == 3 && loaded.bits == 8,
        ErrorCode::kCorrupt, "A texture is expected to be an RGB PNG of 8 bits, this one is not");
  return std::move(loaded.image);
}

void require_finite(const Image& image) {
  const bool finite = std::all_of(image.pixels.begin(), image.pixels.end(),
                                  [](float v) { return std::isfinite(v); });
  check(finite, ErrorCode::kBadInput,
        "A texture holds a value that is not finite; roll the head back to an earlier step and "
        "export again");
}

// One of the nearest of 256 levels; of two as near, either.
bool is_rounded(float level, float value) {
  return std::abs(level - std::clamp(value, 0.0F, 1.0F)) * 255 <= 0.5001F;
}

}  // namespace

PngPicture::PngPicture(const Image& image) : width_(image.width), height_(image.height) {
  check(!image.empty() && image.channels == 3, ErrorCode::kBadUsage,
        "A texture has 3 channels and at least one pixel; this one is {} x {} with {} channels",
        image.width, image.height, image.channels);
  require_finite(image);
  bytes_ = encode_png(image);
  const Image read = decoded(bytes_);  // no other copy: at 8192 pixels each takes 800 MB
  check(read.width == width_ && read.height == height_ &&
            std::equal(read.pixels.begin(), read.pixels.end(), image.pixels.begin(),
                       image.pixels.end(), is_rounded),
        ErrorCode::kIo, "A texture of {} x {} pixels reads back differently from what was encoded",
        width_, height_);
}

PngPicture PngPicture::of_bytes(std::string png) {
  PngPicture picture;
  try {
    const Image image = decoded(png);
    picture.width_ = image.width;
    picture.height_ = image.height;
  } catch (const Error& error) {
    fail(ErrorCode::kCorrupt, "The texture of a mesh cannot be used: {}", error.message());
  }
  picture.bytes_ = std::move(png);
  return picture;
}

Image PngPicture::image() const {
  check(!empty(), ErrorCode::kBadUsage, "There is no texture to look at");
  return decoded(bytes_);
}

}  // namespace portrait

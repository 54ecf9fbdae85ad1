// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/image/exif.h"

#include <cstdint>
#include <string>

namespace portrait {

enum class ImageFormat { kUnknown, kJpeg, kPng, kWebp, kTiff };

// What a file says of itself, read without decoding.
struct ImageHeader {
  ImageFormat format = ImageFormat::kUnknown;
  std::int64_t width = 0;
  std::int64_t height = 0;
  int components = 0;  // 1 grey, 3 colour, 4 CMYK (JPEG) or with alpha
  int bits = 8;
  bool palette = false;
  bool cmyk = false;
  bool cmyk_inverted = false;  // Adobe's convention: 255 = no ink
  bool complete = true;        // false: the end of the file is missing
  ExifData exif;
};

const char* format_name(ImageFormat format);

// Format by signature; the rest as far as the bytes go. Never throws: a file that is not one of
// the four comes back as kUnknown, one whose header cannot be read with width 0.
ImageHeader read_image_header(Bytes bytes);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace portrait {

enum class SourceColour { kGrey, kRgb, kPalette, kCmyk };

struct ReadOptions {
  // A header may claim any size: it is held against this before anything is decoded.
  std::int64_t max_pixels = 120'000'000;
  int min_side = 64;
};

// A decoded picture, upright. Values are sRGB-encoded in [0, 1] whatever the depth of the file.
struct LoadedImage {
  Image image;  // 3 channels, or 4 when the file has transparency
  bool had_alpha = false;
  int bits = 8;  // per channel, in the file
  SourceColour colour = SourceColour::kRgb;
  int exif_orientation = 1;          // already applied
  std::optional<double> focal_35mm;  // EXIF, equivalent on 36 x 24 mm film by the diagonal
  std::vector<std::string> warnings;
};

// Reads JPEG, PNG, WebP or TIFF, told by content and not by name. Applies EXIF orientation at
// every depth, converts grey, palette and CMYK (without colour profile) to RGB.
// Throws kNotFound (no such file), kBadInput (a folder, empty, not one of the four formats,
// truncated, undecodable, too small, too large), kIo.
LoadedImage read_image(const std::filesystem::path& path, const ReadOptions& options = {});

// The same from memory; `name` stands in messages.
LoadedImage decode_image(const std::string& bytes, const std::string& name,
                         const ReadOptions& options = {});

}  // namespace portrait

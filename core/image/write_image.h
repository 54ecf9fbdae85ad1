// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <filesystem>
#include <string>

namespace portrait {

struct WriteOptions {
  int bits = 8;           // 8 or 16 (16: PNG and TIFF only)
  int jpeg_quality = 95;
  int png_compression = 3;
  int webp_quality = 0;  // 1 to 100: lossy, the alpha still exact; 0: lossless
};

// Writes by the extension: .png (1, 3 or 4 channels), .jpg/.jpeg (1 or 3; alpha is dropped),
// .webp, .tif/.tiff. Values are clamped to [0, 1] and rounded. Beside first, then renamed.
// Throws kIo, kBadUsage (unknown extension, empty image, channels or depth the format lacks).
void write_image(const std::filesystem::path& path, const Image& image,
                 const WriteOptions& options = {});

// A PNG file in memory, for embedding (project thumbnails, GLB textures).
std::string encode_png(const Image& image, const WriteOptions& options = {});
std::string encode_jpeg(const Image& image, int quality = 92);

}  // namespace portrait

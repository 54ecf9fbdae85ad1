// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

#include <filesystem>
#include <string>

namespace portrait {

// How the held-out set keeps a view of a head in files; see heldout.h.
struct HeldoutFormat {
  static constexpr int kSize = 256;
  static constexpr int kDepthSize = 128;
  // Stored 16-bit value v > 0: distance = kDepthOffset + v * kDepthStep world units; 0 = empty.
  // The step is 0.4 mm, the rounding a tenth of a percent of a face's height: finer than any error
  // worth telling, and half the bytes of full depth.
  static constexpr double kDepthOffset = 1.5;
  static constexpr double kDepthStep = 1.0 / 1024;
};

struct HeldoutView {
  Image rgba;   // 256 x 256 x 4
  Image depth;  // 256 x 256 x 1, world units along the ray, 0 = empty
};

// "az+030_el+00" and so on.
std::string heldout_view_name(const Viewpoint& viewpoint);

// Writes VIEW.webp and VIEW_depth.png. depth: 256 x 256 x 1, what is not finite or not positive is
// empty. webp_quality as in WriteOptions. Throws kIo.
void write_heldout_view(const std::filesystem::path& folder, const Viewpoint& viewpoint,
                        const Image& rgba, const Image& depth, int webp_quality);

// A depth stands wherever alpha is at least a half (but for single pixels whose neighbours have
// none) and nowhere else. Throws what read_image throws, kCorrupt (of another size).
HeldoutView read_heldout_view(const std::filesystem::path& folder, const Viewpoint& viewpoint);

// Half the size: of each 2 x 2 depths the mean of those at the nearest surface (within 2 cm), so
// that a rim keeps its depth. Zeros and what is not finite are empty. Even sizes only.
Image halved_depth(const Image& depth);
// Bilinear at a larger size; zeros are empty and do not bleed into others.
Image enlarged_depth(const Image& depth, int size);

}  // namespace portrait

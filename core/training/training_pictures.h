// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/nn/torch.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace portrait {

// Photos of a portrait cache, each U8 [3, 512, 512]; 0.8 MB each.
std::vector<Tensor> load_portrait_photos(const std::filesystem::path& cache, bool held_out);

// Views of the subjects of a view cache that are trained on, each cut to the box of its subject but
// no smaller than `side` both ways: U8 [3, H, W]. Every view is drawn without a camera's noise.
std::vector<Tensor> load_view_pictures(const std::filesystem::path& cache, int side);

// Image in [0, 1] -> U8 [C, H, W].
Tensor bytes_of_image(const Image& image);

struct PixelBox {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;  // bottom and right are beyond it
};
// Where pixels of a matte are not empty, widened to `side` both ways within the picture.
PixelBox subject_box(const Image& matte, int side);

}  // namespace portrait

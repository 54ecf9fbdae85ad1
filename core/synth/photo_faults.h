// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/random.h"

namespace portrait {

// What a phone adds to a picture: white balance and exposure, blur, sensor noise, compression.
// rgb: 3 channels, sRGB-encoded [0, 1], changed in place.
void add_photo_faults(const RandomKey& key, Image& rgb);

// Gaussian blur in place; sigma in pixels.
void blur_image(Image& image, float sigma);

// Quantises 8 x 8 cosine blocks of luma and chroma as JPEG does. quality 1 .. 100.
void compress_blocks(Image& rgb, int quality);

}  // namespace portrait

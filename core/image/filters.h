// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

namespace portrait {

// Gaussian blur, border replicated. sigma in pixels; 0 returns a copy.
Image gaussian_blur(const Image& image, double sigma);

// Mean over the square of side 2 * radius + 1, border reflected; independent of the radius in cost.
Image box_blur(const Image& image, int radius);

// Guided filter (He, Sun, Tang, "Guided Image Filtering", PAMI 2013), colour guide: smooths
// `input` (1 channel) along the edges of `guide` (3 channels, same size).
// radius in pixels, epsilon in squared guide units.
Image guided_filter(const Image& guide, const Image& input, int radius, double epsilon);

}  // namespace portrait

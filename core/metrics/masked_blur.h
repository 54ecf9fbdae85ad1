// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"
#include "core/base/image.h"

#include <vector>

namespace portrait {

// Weights of a Gaussian at integer offsets -radius..radius, summing to 1.
std::vector<double> gaussian_kernel(double sigma_px, int radius);

// Separable correlation with a symmetric kernel; outside the image everything is 0.
Image convolve_zero(const Image& image, const std::vector<double>& kernel);

// Gaussian blur over the pixels inside the mask (>= 0.5) only: blur(image * inside) /
// blur(inside). Zero where no inside pixel is within reach. Any channel count.
Image masked_blur(const Image& image, const Image& mask, double sigma_px);

// The metrics' shared guards; `what` names the picture in the message.
inline void check_same_size(const Image& a, const Image& b, const char* what) {
  check(!a.empty() && !b.empty(), ErrorCode::kBadUsage, "{}: one of the pictures is empty", what);
  check(a.width == b.width && a.height == b.height, ErrorCode::kBadUsage,
        "{}: the pictures are {} x {} and {} x {}; they must be of one size", what, a.width,
        a.height, b.width, b.height);
}
inline void check_same_shape(const Image& a, const Image& b, const char* what) {
  check_same_size(a, b, what);
  check(a.channels == b.channels, ErrorCode::kBadUsage,
        "{}: the pictures have {} and {} channels; they must have as many", what, a.channels,
        b.channels);
}
inline void check_mask(const Image& image, const Image& mask, const char* what) {
  check_same_size(image, mask, what);
  check(mask.channels == 1, ErrorCode::kBadUsage, "{}: the mask has {} channels instead of 1", what,
        mask.channels);
}
inline bool inside(float mask) {
  return mask >= 0.5F;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/image/filters.h"

#include "core/base/error.h"
#include "core/image/cv_bridge.h"

#include <opencv2/imgproc.hpp>

#include <cmath>

namespace portrait {

Image gaussian_blur(const Image& image, double sigma) {
  if (sigma <= 0) return image;
  Image out(image.width, image.height, image.channels);
  cv::Mat target = mat_view(out);
  const int side = 2 * int(std::ceil(3.5 * sigma)) + 1;
  cv::GaussianBlur(mat_view(image), target, {side, side}, sigma, sigma, cv::BORDER_REPLICATE);
  return out;
}

Image box_blur(const Image& image, int radius) {
  Image out(image.width, image.height, image.channels);
  cv::Mat target = mat_view(out);
  cv::blur(mat_view(image), target, {2 * radius + 1, 2 * radius + 1}, {-1, -1},
           cv::BORDER_REFLECT);
  return out;
}

Image guided_filter(const Image& guide, const Image& input, int radius, double epsilon) {
  check(guide.channels == 3 && input.channels == 1 && guide.width == input.width &&
            guide.height == input.height,
        ErrorCode::kInternal, "guided_filter needs a colour guide and a one-channel input of one "
        "size, got {}x{}x{} and {}x{}x{}", guide.width, guide.height, guide.channels, input.width,
        input.height, input.channels);
  const std::size_t pixels = input.pixels.size();
  // Moments that (14) to (16) of the paper need: I (3), p, I p (3), I I^T (6 of 9).
  Image moments(guide.width, guide.height, 13);
  for (std::size_t i = 0; i < pixels; ++i) {
    const float* g = guide.pixels.data() + 3 * i;
    const float p = input.pixels[i];
    float* m = moments.pixels.data() + 13 * i;
    for (int c = 0; c < 3; ++c) m[c] = g[c], m[4 + c] = g[c] * p;
    m[3] = p;
    m[7] = g[0] * g[0], m[8] = g[0] * g[1], m[9] = g[0] * g[2];
    m[10] = g[1] * g[1], m[11] = g[1] * g[2], m[12] = g[2] * g[2];
  }
  moments = box_blur(moments, radius);
  Image linear(guide.width, guide.height, 4);  // a (3) and b
  for (std::size_t i = 0; i < pixels; ++i) {
    const float* m = moments.pixels.data() + 13 * i;
    // In double: a grey guide makes the matrix nearly singular.
    const double x = m[0], y = m[1], z = m[2], p = m[3];
    const double xx = m[7] - x * x + epsilon, xy = m[8] - x * y, xz = m[9] - x * z;
    const double yy = m[10] - y * y + epsilon, yz = m[11] - y * z;
    const double zz = m[12] - z * z + epsilon;
    const double cx = m[4] - x * p, cy = m[5] - y * p, cz = m[6] - z * p;
    const double ixx = yy * zz - yz * yz, ixy = xz * yz - xy * zz, ixz = xy * yz - xz * yy;
    const double iyy = xx * zz - xz * xz, iyz = xy * xz - xx * yz, izz = xx * yy - xy * xy;
    const double inverse = 1.0 / (xx * ixx + xy * ixy + xz * ixz);
    float* a = linear.pixels.data() + 4 * i;
    a[0] = float((ixx * cx + ixy * cy + ixz * cz) * inverse);
    a[1] = float((ixy * cx + iyy * cy + iyz * cz) * inverse);
    a[2] = float((ixz * cx + iyz * cy + izz * cz) * inverse);
    a[3] = float(p - a[0] * x - a[1] * y - a[2] * z);
  }
  linear = box_blur(linear, radius);
  Image out(guide.width, guide.height, 1);
  for (std::size_t i = 0; i < pixels; ++i) {
    const float* g = guide.pixels.data() + 3 * i;
    const float* a = linear.pixels.data() + 4 * i;
    out.pixels[i] = a[0] * g[0] + a[1] * g[1] + a[2] * g[2] + a[3];
  }
  return out;
}

}  // namespace portrait

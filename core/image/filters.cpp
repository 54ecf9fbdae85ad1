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
  const auto eps = float(epsilon);
  for (std::size_t i = 0; i < pixels; ++i) {
    const float* m = moments.pixels.data() + 13 * i;
    const float xx = m[7] - m[0] * m[0] + eps, xy = m[8] - m[0] * m[1], xz = m[9] - m[0] * m[2];
    const float yy = m[10] - m[1] * m[1] + eps, yz = m[11] - m[1] * m[2];
    const float zz = m[12] - m[2] * m[2] + eps;
    const float cx = m[4] - m[0] * m[3], cy = m[5] - m[1] * m[3], cz = m[6] - m[2] * m[3];
    const float ixx = yy * zz - yz * yz, ixy = xz * yz - xy * zz, ixz = xy * yz - xz * yy;
    const float iyy = xx * zz - xz * xz, iyz = xy * xz - xx * yz, izz = xx * yy - xy * xy;
    const float inverse = 1.0F / (xx * ixx + xy * ixy + xz * ixz);
    float* a = linear.pixels.data() + 4 * i;
    a[0] = (ixx * cx + ixy * cy + ixz * cz) * inverse;
    a[1] = (ixy * cx + iyy * cy + iyz * cz) * inverse;
    a[2] = (ixz * cx + iyz * cy + izz * cz) * inverse;
    a[3] = m[3] - a[0] * m[0] - a[1] * m[1] - a[2] * m[2];
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

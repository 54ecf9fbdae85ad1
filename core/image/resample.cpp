// SPDX-License-Identifier: Apache-2.0
#include "core/image/resample.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/image/cv_bridge.h"
#include "core/image/filters.h"

#include <Eigen/LU>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace portrait {
namespace {

// Part of the source that a warp can touch, with a margin for kernels.
cv::Rect touched(const Image& source, const Affine2& source_from_target, int width, int height,
                 double margin) {
  Eigen::Vector2d low(1e30, 1e30);
  Eigen::Vector2d high = -low;
  for (const auto& [x, y] : {std::pair{0, 0}, {width, 0}, {0, height}, {width, height}}) {
    const Eigen::Vector2d p = apply(source_from_target, {double(x), double(y)});
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  const int x0 = int(std::clamp(std::floor(low.x() - margin), 0.0, source.width - 1.0));
  const int y0 = int(std::clamp(std::floor(low.y() - margin), 0.0, source.height - 1.0));
  const int x1 = int(std::clamp(std::ceil(high.x() + margin), x0 + 1.0, double(source.width)));
  const int y1 = int(std::clamp(std::ceil(high.y() + margin), y0 + 1.0, double(source.height)));
  return {x0, y0, x1 - x0, y1 - y0};
}

void cubic_weights(float t, float w[4]) {  // Catmull-Rom
  w[0] = ((-0.5F * t + 1.0F) * t - 0.5F) * t;
  w[1] = (1.5F * t - 2.5F) * t * t + 1.0F;
  w[2] = ((-1.5F * t + 2.0F) * t + 0.5F) * t;
  w[3] = (0.5F * t - 0.5F) * t * t;
}

void sample_cubic(const Image& image, double x, double y, float* out) {
  const double fx = std::floor(x - 0.5);
  const double fy = std::floor(y - 0.5);
  float wx[4];
  float wy[4];
  cubic_weights(float(x - 0.5 - fx), wx);
  cubic_weights(float(y - 0.5 - fy), wy);
  for (int c = 0; c < image.channels; ++c) out[c] = 0;
  for (int j = 0; j < 4; ++j) {
    const int row = std::clamp(int(fy) - 1 + j, 0, image.height - 1);
    for (int i = 0; i < 4; ++i) {
      const float* p = image.at(std::clamp(int(fx) - 1 + i, 0, image.width - 1), row);
      const float w = wx[i] * wy[j];
      for (int c = 0; c < image.channels; ++c) out[c] += w * p[c];
    }
  }
  for (int c = 0; c < image.channels; ++c) out[c] = std::clamp(out[c], 0.0F, 1.0F);
}

}  // namespace

Image resize(const Image& image, int width, int height, Interpolation interpolation) {
  check(!image.empty() && width > 0 && height > 0, ErrorCode::kInternal,
        "resize from {}x{} to {}x{}", image.width, image.height, width, height);
  if (width == image.width && height == image.height) return image;
  const bool shrinks = width < image.width || height < image.height;
  int flag = cv::INTER_LINEAR;
  if (interpolation == Interpolation::kArea && shrinks) flag = cv::INTER_AREA;
  if (interpolation == Interpolation::kLanczos) flag = shrinks ? cv::INTER_AREA : cv::INTER_LANCZOS4;
  Image out(width, height, image.channels);
  cv::Mat target = mat_view(out);
  cv::resize(mat_view(image), target, {width, height}, 0, 0, flag);
  return out;
}

Affine2 invert(const Affine2& a) {
  Affine2 out;
  out.leftCols<2>() = a.leftCols<2>().inverse();
  out.col(2) = -out.leftCols<2>() * a.col(2);
  return out;
}

Affine2 compose(const Affine2& outer, const Affine2& inner) {
  Affine2 out;
  out.leftCols<2>() = outer.leftCols<2>() * inner.leftCols<2>();
  out.col(2) = outer.leftCols<2>() * inner.col(2) + outer.col(2);
  return out;
}

Eigen::Vector2d apply(const Affine2& a, const Eigen::Vector2d& point) {
  return a.leftCols<2>() * point + a.col(2);
}

double scale_of(const Affine2& a) { return std::sqrt(std::abs(a.leftCols<2>().determinant())); }

void sample_bilinear(const Image& image, double x, double y, float* out) {
  const double fx = std::floor(x - 0.5);
  const double fy = std::floor(y - 0.5);
  const auto tx = float(x - 0.5 - fx);
  const auto ty = float(y - 0.5 - fy);
  const int x0 = std::clamp(int(fx), 0, image.width - 1);
  const int x1 = std::clamp(int(fx) + 1, 0, image.width - 1);
  const int y0 = std::clamp(int(fy), 0, image.height - 1);
  const int y1 = std::clamp(int(fy) + 1, 0, image.height - 1);
  const float* a = image.at(x0, y0);
  const float* b = image.at(x1, y0);
  const float* c = image.at(x0, y1);
  const float* d = image.at(x1, y1);
  for (int k = 0; k < image.channels; ++k) {
    const float top = a[k] + tx * (b[k] - a[k]);
    const float bottom = c[k] + tx * (d[k] - c[k]);
    out[k] = top + ty * (bottom - top);
  }
}

Image warp_affine(const Image& source, const Affine2& source_from_target, int width, int height,
                  const WarpOptions& options) {
  check(!source.empty() && width > 0 && height > 0, ErrorCode::kInternal,
        "warp from {}x{} to {}x{}", source.width, source.height, width, height);
  // Low-pass with a Gaussian; a box by a whole factor goes before it when the picture shrinks much,
  // for speed. Only the part of the source that is seen is filtered.
  const double shrink = scale_of(source_from_target);
  const Image* from = &source;
  Image reduced;
  Affine2 map = source_from_target;
  if (shrink > 1.02) {
    const int factor = std::max(1, int(std::floor(shrink / 3)));
    const cv::Rect part = touched(source, source_from_target, width, height, 8.0 * shrink);
    // Where the part reaches the source's far border it may not divide by the factor, so the
    // scale is computed and not assumed.
    cv::Mat small = mat_view(source)(part);
    if (factor > 1) {
      const cv::Size size(std::max(1, part.width / factor), std::max(1, part.height / factor));
      cv::Mat boxed;
      cv::resize(small, boxed, size, 0, 0, cv::INTER_AREA);
      small = boxed;
    }
    const double sx = double(small.cols) / part.width;
    const double sy = double(small.rows) / part.height;
    const double left = shrink / factor;
    reduced = gaussian_blur(image_of(small), 0.5 * std::sqrt(left * left - 1));
    Affine2 shift;
    shift << sx, 0, -sx * part.x, 0, sy, -sy * part.y;
    map = compose(shift, map);
    from = &reduced;
  }
  Image out(width, height, source.channels);
  parallel_for(height, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t y = begin; y < end; ++y) {
      for (int x = 0; x < width; ++x) {
        const Eigen::Vector2d p = apply(map, {x + 0.5, double(y) + 0.5});
        float* pixel = out.at(x, int(y));
        if (!options.replicate_border &&
            (p.x() < 0 || p.y() < 0 || p.x() > from->width || p.y() > from->height)) {
          std::fill(pixel, pixel + out.channels, options.border_value);
        } else if (options.cubic) {
          sample_cubic(*from, p.x(), p.y(), pixel);
        } else {
          sample_bilinear(*from, p.x(), p.y(), pixel);
        }
      }
    }
  });
  return out;
}

Image warp_coverage(int source_width, int source_height, const Affine2& source_from_target,
                    int width, int height) {
  Image out(width, height, 1);
  const double per_pixel = 1.0 / scale_of(source_from_target);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Eigen::Vector2d p = apply(source_from_target, {x + 0.5, y + 0.5});
      const double inside = std::min(std::min(p.x(), source_width - p.x()),
                                     std::min(p.y(), source_height - p.y()));
      *out.at(x, y) = float(std::clamp(0.5 + inside * per_pixel, 0.0, 1.0));
    }
  }
  return out;
}

}  // namespace portrait

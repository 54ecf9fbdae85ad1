// SPDX-License-Identifier: Apache-2.0
#include "core/metrics/image_metrics.h"

#include "core/metrics/masked_blur.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace portrait {
namespace {

double psnr_of_mse(double mse) {
  return mse > 0 ? std::min(kPsnrCeiling, -10 * std::log10(mse)) : kPsnrCeiling;
}

// With no mask every pixel counts.
double mean_squared_error(const Image& image, const Image& truth, const Image* mask) {
  double sum = 0;
  std::int64_t pixels = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (mask != nullptr && !inside(*mask->at(x, y))) continue;
      ++pixels;
      for (int c = 0; c < image.channels; ++c) {
        const double difference = double(image.at(x, y)[c]) - truth.at(x, y)[c];
        sum += difference * difference;
      }
    }
  }
  check(pixels > 0, ErrorCode::kBadInput, "PSNR: the mask has no pixel inside");
  check(std::isfinite(sum), ErrorCode::kBadInput, "PSNR: a picture has values that are not finite");
  return sum / (double(pixels) * image.channels);
}

void check_rgba(const Image& image, const char* what) {
  check(!image.empty() && image.channels == 4, ErrorCode::kBadUsage,
        "{} needs a picture with alpha (4 channels), found {}", what, image.channels);
}

}  // namespace

double psnr_db(const Image& image, const Image& truth) {
  check_same_shape(image, truth, "PSNR");
  return psnr_of_mse(mean_squared_error(image, truth, nullptr));
}

double psnr_db(const Image& image, const Image& truth, const Image& mask) {
  check_same_shape(image, truth, "PSNR");
  check_mask(image, mask, "PSNR");
  return psnr_of_mse(mean_squared_error(image, truth, &mask));
}

double mask_iou(const Image& mask, const Image& truth_mask) {
  check_mask(truth_mask, mask, "mask IoU");
  check_mask(mask, truth_mask, "mask IoU");
  std::int64_t both = 0;
  std::int64_t either = 0;
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    const bool a = inside(mask.pixels[i]);
    const bool b = inside(truth_mask.pixels[i]);
    both += a && b;
    either += a || b;
  }
  return either > 0 ? double(both) / double(either) : 1.0;
}

Image mask_union(const Image& a, const Image& b) {
  check_mask(a, b, "mask union");
  check_mask(b, a, "mask union");
  Image either(a.width, a.height, 1);
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    either.pixels[i] = inside(a.pixels[i]) || inside(b.pixels[i]) ? 1.0F : 0.0F;
  }
  return either;
}

Image alpha_of(const Image& rgba) {
  check_rgba(rgba, "The mask");
  Image alpha(rgba.width, rgba.height, 1);
  for (std::size_t i = 0; i < alpha.pixels.size(); ++i) alpha.pixels[i] = rgba.pixels[4 * i + 3];
  return alpha;
}

Image composite_on_grey(const Image& rgba, float grey) {
  check_rgba(rgba, "Compositing");
  Image rgb(rgba.width, rgba.height, 3);
  for (std::size_t i = 0; i < rgb.pixels.size(); ++i) {
    const float alpha = rgba.pixels[i / 3 * 4 + 3];
    rgb.pixels[i] = alpha * rgba.pixels[i / 3 * 4 + i % 3] + (1 - alpha) * grey;
  }
  return rgb;
}

Image rgba_of_render(const Image& rgb, const Image& opacity, float background) {
  check_mask(rgb, opacity, "Render");
  check(rgb.channels == 3, ErrorCode::kBadUsage, "A render has 3 channels, found {}", rgb.channels);
  Image rgba(rgb.width, rgb.height, 4);
  for (std::size_t i = 0; i < opacity.pixels.size(); ++i) {
    const float alpha = std::clamp(opacity.pixels[i], 0.0F, 1.0F);
    for (int c = 0; c < 3; ++c) {
      const float own = rgb.pixels[3 * i + c] - (1 - alpha) * background;
      // Below an opacity of 1/1024 the colour is rounding noise and cannot be seen.
      rgba.pixels[4 * i + c] = alpha > 1.0F / 1024 ? std::clamp(own / alpha, 0.0F, 1.0F) : 0.0F;
    }
    rgba.pixels[4 * i + 3] = alpha;
  }
  return rgba;
}

ViewMetrics view_metrics(const Image& rgba, const Image& truth_rgba) {
  check_same_shape(rgba, truth_rgba, "View metrics");
  const Image mask = alpha_of(rgba);
  const Image truth_mask = alpha_of(truth_rgba);
  const Image either = mask_union(mask, truth_mask);
  const Image image = composite_on_grey(rgba);
  const Image truth = composite_on_grey(truth_rgba);
  return {.psnr_db = psnr_db(image, truth, either),
          .ssim = ssim(image, truth, either),
          .mask_iou = mask_iou(mask, truth_mask)};
}

double depth_error(const Image& depth, const Image& truth, const Image& face_mask, double unit) {
  check_mask(depth, truth, "Depth error");
  check_mask(truth, depth, "Depth error");
  check_mask(depth, face_mask, "Depth error");
  check(unit > 0, ErrorCode::kBadUsage, "Depth error: the unit must be positive, found {}", unit);
  std::vector<double> errors;
  for (std::size_t i = 0; i < depth.pixels.size(); ++i) {
    const float d = depth.pixels[i];
    const float t = truth.pixels[i];
    if (!inside(face_mask.pixels[i]) || !(d > 0) || !(t > 0)) continue;
    if (std::isfinite(d) && std::isfinite(t)) errors.push_back(std::abs(double(d) - t) / unit);
  }
  check(!errors.empty(), ErrorCode::kBadInput, "Depth error: no pixel of the face has both depths");
  const auto middle = errors.begin() + std::ptrdiff_t(errors.size() / 2);
  std::nth_element(errors.begin(), middle, errors.end());
  if (errors.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(errors.begin(), middle)) / 2;
}

double crop_blur_psnr(const Image& image, const Image& mask, double sigma_px) {
  return psnr_db(masked_blur(image, mask, sigma_px), image, mask);
}

double silhouette_width(const Image& mask, double top, double bottom) {
  check(!mask.empty() && mask.channels == 1, ErrorCode::kBadUsage,
        "Silhouette: a mask of one channel is needed, found {}", mask.channels);
  int left = mask.width;
  int right = -1;
  const int first = std::clamp(int(std::lround(top * mask.height)), 0, mask.height);
  const int last = std::clamp(int(std::lround(bottom * mask.height)), 0, mask.height);
  for (int y = first; y < last; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (!inside(*mask.at(x, y))) continue;
      left = std::min(left, x);
      right = std::max(right, x);
    }
  }
  check(right >= left, ErrorCode::kBadInput, "Silhouette: the mask has no pixel inside");
  return double(right - left + 1) / mask.width;
}

}  // namespace portrait

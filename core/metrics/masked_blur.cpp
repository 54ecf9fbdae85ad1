// SPDX-License-Identifier: Apache-2.0
#include "core/metrics/masked_blur.h"

#include "core/base/thread_pool.h"

#include <algorithm>
#include <cmath>

namespace portrait {

std::vector<double> gaussian_kernel(double sigma_px, int radius) {
  check(sigma_px > 0 && radius >= 0, ErrorCode::kBadUsage,
        "A Gaussian needs a positive sigma, found {}", sigma_px);
  std::vector<double> kernel;
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) {
    kernel.push_back(std::exp(-0.5 * i * i / (sigma_px * sigma_px)));
    sum += kernel.back();
  }
  for (double& k : kernel) k /= sum;
  return kernel;
}

Image convolve_zero(const Image& image, const std::vector<double>& kernel) {
  const int radius = int(kernel.size()) / 2;
  const int c = image.channels;
  Image rows(image.width, image.height, c);
  Image both(image.width, image.height, c);
  parallel_for(image.height, 16, [&](std::int64_t begin, std::int64_t end) {
    for (int y = int(begin); y < int(end); ++y) {
      for (int x = 0; x < image.width; ++x) {
        for (int ch = 0; ch < c; ++ch) {
          double sum = 0;
          for (int i = std::max(-radius, -x); i <= std::min(radius, image.width - 1 - x); ++i) {
            sum += kernel[i + radius] * image.at(x + i, y)[ch];
          }
          rows.at(x, y)[ch] = float(sum);
        }
      }
    }
  });
  parallel_for(image.height, 16, [&](std::int64_t begin, std::int64_t end) {
    for (int y = int(begin); y < int(end); ++y) {
      const int first = std::max(-radius, -y);
      const int last = std::min(radius, image.height - 1 - y);
      for (int x = 0; x < image.width * c; ++x) {
        double sum = 0;
        for (int i = first; i <= last; ++i) sum += kernel[i + radius] * rows.at(0, y + i)[x];
        both.at(0, y)[x] = float(sum);
      }
    }
  });
  return both;
}

Image masked_blur(const Image& image, const Image& mask, double sigma_px) {
  check_mask(image, mask, "masked blur");
  Image weighted = image;
  Image weight(image.width, image.height, 1);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const float w = inside(*mask.at(x, y)) ? 1.0F : 0.0F;
      *weight.at(x, y) = w;
      for (int ch = 0; ch < image.channels; ++ch) {
        float& value = weighted.at(x, y)[ch];
        value = w > 0 ? value : 0;
      }
    }
  }
  const auto kernel = gaussian_kernel(sigma_px, int(std::ceil(4 * sigma_px)));
  weighted = convolve_zero(weighted, kernel);
  weight = convolve_zero(weight, kernel);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const float w = *weight.at(x, y);
      for (int ch = 0; ch < image.channels; ++ch) {
        float& value = weighted.at(x, y)[ch];
        value = w > 1e-6F ? value / w : 0;
      }
    }
  }
  return weighted;
}

}  // namespace portrait

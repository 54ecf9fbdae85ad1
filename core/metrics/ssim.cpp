// SPDX-License-Identifier: Apache-2.0
#include "core/metrics/image_metrics.h"
#include "core/metrics/masked_blur.h"

#include <cmath>
#include <cstdint>

namespace portrait {
namespace {

constexpr int kRadius = 5;
constexpr double kSigma = 1.5;
constexpr double kC1 = 0.01 * 0.01;
constexpr double kC2 = 0.03 * 0.03;

Image product(const Image& a, const Image& b) {
  Image out = a;
  for (std::size_t i = 0; i < out.pixels.size(); ++i) out.pixels[i] *= b.pixels[i];
  return out;
}

// Values are taken relative to mid-grey before they are squared: the variances are differences
// of large numbers in float otherwise.
Image centred(const Image& image) {
  Image out = image;
  for (float& v : out.pixels) v -= 0.5F;
  return out;
}

// Mean of the SSIM map over the pixels for which `counts(x, y)` holds.
template <typename Counts>
double mean_ssim(const Image& image, const Image& truth, const Counts& counts) {
  const auto kernel = gaussian_kernel(kSigma, kRadius);
  const Image a = centred(image);
  const Image b = centred(truth);
  const Image ones(image.width, image.height, 1, 1.0F);
  const Image weight = convolve_zero(ones, kernel);  // below 1 where the window leaves the image
  const Image mean_a = convolve_zero(a, kernel);
  const Image mean_b = convolve_zero(b, kernel);
  const Image square_a = convolve_zero(product(a, a), kernel);
  const Image square_b = convolve_zero(product(b, b), kernel);
  const Image cross = convolve_zero(product(a, b), kernel);
  double sum = 0;
  std::int64_t pixels = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (!counts(x, y)) continue;
      ++pixels;
      const double w = *weight.at(x, y);
      for (int c = 0; c < image.channels; ++c) {
        const double ma = mean_a.at(x, y)[c] / w;
        const double mb = mean_b.at(x, y)[c] / w;
        const double va = square_a.at(x, y)[c] / w - ma * ma;
        const double vb = square_b.at(x, y)[c] / w - mb * mb;
        const double vab = cross.at(x, y)[c] / w - ma * mb;
        const double la = ma + 0.5;
        const double lb = mb + 0.5;
        sum +=
            (2 * la * lb + kC1) * (2 * vab + kC2) / ((la * la + lb * lb + kC1) * (va + vb + kC2));
      }
    }
  }
  check(pixels > 0, ErrorCode::kBadInput,
        "SSIM: no pixel to compare (an empty mask, or a picture smaller than 11 x 11)");
  return sum / (double(pixels) * image.channels);
}

}  // namespace

double ssim(const Image& image, const Image& truth) {
  check_same_shape(image, truth, "SSIM");
  return mean_ssim(image, truth, [&](int x, int y) {
    return x >= kRadius && y >= kRadius && x < image.width - kRadius && y < image.height - kRadius;
  });
}

double ssim(const Image& image, const Image& truth, const Image& mask) {
  check_same_shape(image, truth, "SSIM");
  check_mask(image, mask, "SSIM");
  return mean_ssim(image, truth, [&](int x, int y) { return inside(*mask.at(x, y)); });
}

}  // namespace portrait

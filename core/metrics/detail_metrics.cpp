// SPDX-License-Identifier: Apache-2.0
#include "core/metrics/detail_metrics.h"

#include "core/metrics/masked_blur.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace portrait {
namespace {

// A Gaussian's transfer function is exp(-2 (pi sigma f)^2): half at the cut-off.
double sigma_of_cutoff(double cutoff) {
  check(cutoff > 0 && cutoff <= 0.5, ErrorCode::kBadUsage,
        "The cut-off must lie in (0, 0.5] cycles per pixel, found {}", cutoff);
  return std::sqrt(std::numbers::ln2 / 2) / (std::numbers::pi * cutoff);
}

Image luma_of(const Image& image) {
  check(image.channels == 1 || image.channels == 3, ErrorCode::kBadUsage,
        "Detail is measured on 1 or 3 channels, found {}", image.channels);
  if (image.channels == 1) return image;
  Image luma(image.width, image.height, 1);
  for (std::size_t i = 0; i < luma.pixels.size(); ++i) {
    const float* p = image.pixels.data() + 3 * i;
    luma.pixels[i] = 0.2126F * p[0] + 0.7152F * p[1] + 0.0722F * p[2];
  }
  return luma;
}

// 1 where the whole disk of the radius lies inside the mask; the image's border is no edge.
Image eroded(const Image& mask, double radius) {
  const int r = int(std::floor(radius));
  Image out(mask.width, mask.height, 1);
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      bool keep = inside(*mask.at(x, y));
      for (int dy = -r; keep && dy <= r; ++dy) {
        const int reach = int(std::sqrt(radius * radius - dy * dy));
        const int yy = y + dy;
        if (yy < 0 || yy >= mask.height) continue;
        for (int dx = -reach; keep && dx <= reach; ++dx) {
          const int xx = x + dx;
          if (xx >= 0 && xx < mask.width) keep = inside(*mask.at(xx, yy));
        }
      }
      *out.at(x, y) = keep ? 1.0F : 0.0F;
    }
  }
  return out;
}

Image intersection(const Image& a, const Image& b) {
  Image both(a.width, a.height, 1);
  for (std::size_t i = 0; i < both.pixels.size(); ++i) {
    both.pixels[i] = inside(a.pixels[i]) && inside(b.pixels[i]) ? 1.0F : 0.0F;
  }
  return both;
}

Image mirrored(const Image& image) {
  Image out(image.width, image.height, image.channels);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      std::copy_n(image.at(image.width - 1 - x, y), image.channels, out.at(x, y));
    }
  }
  return out;
}

}  // namespace

Image high_pass(const Image& image, const Image& mask, double cutoff) {
  check_mask(image, mask, "High pass");
  const double sigma = sigma_of_cutoff(cutoff);
  const Image luma = luma_of(image);
  const Image low = masked_blur(luma, mask, sigma);
  const Image core = eroded(mask, 2 * sigma);
  Image high(image.width, image.height, 1);
  for (std::size_t i = 0; i < high.pixels.size(); ++i) {
    high.pixels[i] = core.pixels[i] > 0 ? luma.pixels[i] - low.pixels[i] : 0;
  }
  return high;
}

DetailMetrics detail_metrics(const Image& image, const Image& mask, const Image& truth,
                             const Image& truth_mask, double cutoff) {
  check_same_size(image, truth, "Detail");
  check_mask(image, mask, "Detail");
  check_mask(truth, truth_mask, "Detail");
  const Image both = intersection(mask, truth_mask);
  const Image core = eroded(both, 2 * sigma_of_cutoff(cutoff));
  const Image a = high_pass(image, both, cutoff);
  const Image b = high_pass(truth, both, cutoff);
  double n = 0;
  double sum_a = 0;
  double sum_b = 0;
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < core.pixels.size(); ++i) {
    if (core.pixels[i] == 0) continue;
    const double p = a.pixels[i];
    const double q = b.pixels[i];
    n += 1;
    sum_a += p;
    sum_b += q;
    aa += p * p;
    bb += q * q;
    ab += p * q;
  }
  check(n > 0, ErrorCode::kBadInput,
        "Detail: the masks have no common inside that is wide enough for the filter");
  DetailMetrics metrics;
  // A perfectly flat truth has no detail to be relative to: equal is 1, anything more is endless.
  metrics.sharpness = bb > 0 ? aa / bb : (aa > 0 ? HUGE_VAL : 1.0);
  const double spread = (aa - sum_a * sum_a / n) * (bb - sum_b * sum_b / n);
  metrics.detail_correlation = spread > 0 ? (ab - sum_a * sum_b / n) / std::sqrt(spread) : 0.0;
  return metrics;
}

double mirrored_front_correlation(const Image& back, const Image& back_mask, const Image& front,
                                  const Image& front_mask, double cutoff) {
  return detail_metrics(back, back_mask, mirrored(front), mirrored(front_mask), cutoff)
      .detail_correlation;
}

}  // namespace portrait

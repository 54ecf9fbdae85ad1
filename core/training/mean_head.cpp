// SPDX-License-Identifier: Apache-2.0
#include "core/training/mean_head.h"

#include <cmath>

namespace portrait {

MeanView::MeanView(int size)
    : size_(size),
      colour_(std::size_t(size) * std::size_t(size) * 3),
      alpha_(std::size_t(size) * std::size_t(size)),
      depth_(alpha_.size()),
      seen_(alpha_.size()) {}

void MeanView::add(const Image& rgb, const Image& alpha, const Image& depth) {
  for (std::size_t i = 0; i < alpha_.size(); ++i) {
    const double a = alpha.pixels[i];
    alpha_[i] += a;
    for (std::size_t c = 0; c < 3; ++c) colour_[3 * i + c] += a * rgb.pixels[3 * i + c];
    const double d = depth.pixels[i];
    if (std::isfinite(d)) {
      depth_[i] += d;
      seen_[i] += 1;
    }
  }
}

void MeanView::add(const MeanView& other) {
  const auto sum = [](std::vector<double>& into, const std::vector<double>& from) {
    for (std::size_t i = 0; i < into.size(); ++i) into[i] += from[i];
  };
  sum(colour_, other.colour_);
  sum(alpha_, other.alpha_);
  sum(depth_, other.depth_);
  sum(seen_, other.seen_);
}

HeldoutView MeanView::average(int heads) const {
  HeldoutView mean{Image(size_, size_, 4), Image(size_, size_, 1)};
  for (std::size_t i = 0; i < alpha_.size(); ++i) {
    const double a = alpha_[i] / heads;
    if (a < 0.5 / 255) continue;
    for (std::size_t c = 0; c < 3; ++c) {
      mean.rgba.pixels[4 * i + c] = static_cast<float>(colour_[3 * i + c] / alpha_[i]);
    }
    mean.rgba.pixels[4 * i + 3] = static_cast<float>(a);
    if (a >= 0.5 && seen_[i] > 0) mean.depth.pixels[i] = static_cast<float>(depth_[i] / seen_[i]);
  }
  return mean;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/reference_loss.h"

namespace portrait {
namespace {

constexpr double kOutsideWeight = 0.1;  // of the background's pixels in the colour terms
constexpr double kEdgeWeight = 0.5;
constexpr double kColourWeight = 0.5;  // of the renderer's own RGB, before the super-resolution
constexpr double kOpacityWeight = 0.05;

}  // namespace

LossTerms reference_terms(const ReferenceWindow& window) {
  LossTerms terms;
  const Tensor weight_low = window.matte_low + kOutsideWeight * (1 - window.matte_low);
  const Tensor low_error = (window.low - window.photo_low).abs().mean(0);
  terms.emplace_back("colour", (low_error * weight_low).mean() * kColourWeight);
  const Tensor opacity = window.opacity.clamp(1e-3, 1 - 1e-3);
  // Written out: LibTorch's own throws on what is not finite, which is the caller's to roll back.
  const Tensor cross_entropy =
      -(window.matte_low * opacity.log() + (1 - window.matte_low) * (1 - opacity).log());
  terms.emplace_back("opacity", cross_entropy.mean() * kOpacityWeight);
  if (!window.picture.defined()) return terms;

  const Tensor weight = window.matte + kOutsideWeight * (1 - window.matte);
  const Tensor error = window.picture - window.photo;
  terms.emplace_back("photo", (error.abs().mean(0) * weight).mean());
  const auto slope = [&](int dim) {
    const std::int64_t n = error.size(dim) - 1;
    const Tensor difference = error.narrow(dim, 1, n) - error.narrow(dim, 0, n);
    return (difference.abs().mean(0) * weight.narrow(dim - 1, 0, n)).mean();
  };
  terms.emplace_back("edges", (slope(1) + slope(2)) * kEdgeWeight);
  return terms;
}

}  // namespace portrait

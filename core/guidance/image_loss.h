// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <memory>

namespace portrait {

class PerceptualDistance;

// L_I of (14) and (15): how far a rendered view is from its target. Mean squared error, plus
// `gradients` times the mean squared error of the differences between neighbouring pixels, along
// rows and columns alike, plus `perceptual` times how different they look to `network`, where there
// is one.
struct ImageLoss {
  double gradients = 1;
  double perceptual = 0;
  std::shared_ptr<const PerceptualDistance> network{};

  // The network sees pictures halved until neither side is longer than this: faces are then about
  // as large as those that it was trained on.
  static constexpr int kLongestSeen = 256;

  // rendered, target [3, H, W] or [B, 3, H, W] f32 or f64, the target without gradient -> a
  // scalar. Throws kInternal when the shapes differ.
  Tensor operator()(const Tensor& rendered, const Tensor& target) const;
};

}  // namespace portrait

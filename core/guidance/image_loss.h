// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

namespace portrait {

// L_I of (14) and (15): how far a rendered view is from its target. Mean squared error, plus
// `gradients` times the mean squared error of the differences between neighbouring pixels, along
// rows and columns alike.
struct ImageLossWeights {
  double gradients = 1;
};

// rendered, target [..., 3, H, W] f32 or f64, the target without gradient -> a scalar.
// Throws kInternal when the shapes differ.
Tensor image_loss(const Tensor& rendered, const Tensor& target,
                  const ImageLossWeights& weights = {});

}  // namespace portrait

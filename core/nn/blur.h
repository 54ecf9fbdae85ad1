// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

namespace portrait {

// [C,H,W] f32 or f64 -> the same shape, blurred by a Gaussian of `sigma` > 0 pixels, cut off at
// three of them (less than H and W), with mirrored borders. Differentiable.
Tensor blurred(const Tensor& image, double sigma);

}  // namespace portrait

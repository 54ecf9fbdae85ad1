// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

namespace portrait {

// What CLIP's picture tower sees of pictures [B, 3, H, W] (sRGB in [0, 1]) -> [B, 3, size, size]:
// the shorter side made `size` by a cubic that is widened where it shrinks (as Pillow's, here
// without its rounding to bytes in between), the middle square, then mean and deviation of CLIP's
// training pictures taken out. Differentiable. Throws kInternal naming the shape.
Tensor clip_pixels(const Tensor& pictures, int size = 224);

}  // namespace portrait

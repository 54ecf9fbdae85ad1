// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/torch.h"

namespace portrait {

// How far the fine texture of pictures is from the truth's, wherever a hair or a pore lies exactly:
// a network that is asked for every pixel answers with the mean of what may have been there, and
// makes both smooth.
//
// At the full, the half and the quarter of the size, what a blur over 3 x 3 pixels takes away is
// filtered by random colour filters of 5 x 5 and unit norm, and the responses in windows of 32 x 32
// are sorted: the mean absolute difference of what then lies side by side is the Wasserstein
// distance of their distributions along that direction ("sliced": Bonneel et al., Journal of
// Mathematical Imaging and Vision 2015; random filters as measures of texture: Ustyuzhaninov et
// al., ICLR 2017). Distributions, not strengths alone: stripes, grids and grain of one strength
// differ, and a regular pattern does not pass for hair.
//
// Both [B, 3, H, W], H = W = 32, 64 or 128 n; sizes of which no window is full are left out. The
// filters are drawn from the key: other keys, other directions. A differentiable scalar, 0 for
// equal pictures. Throws kInternal naming the shape.
Tensor texture_loss(const Tensor& pictures, const Tensor& truth, const RandomKey& key);

}  // namespace portrait

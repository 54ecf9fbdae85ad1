// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

namespace portrait {

// Between which a view's opacity is to stay, [W,W] in [0,1]. A picture cannot tell a thin head
// before grey from a paler one, nor grey matter from none.
struct SolidityBounds {
  Tensor least;
  Tensor most;  // undefined: as solid as it may become
};

// As solid as `opacity` [W,W], and as empty where nothing of it is within a texel.
SolidityBounds outlines_of(const Tensor& opacity);

struct SolidityLoss {
  double value = 0;  // mean squared excess over the bounds
  Tensor gradient;   // [W,W], of value by opacity
};

// opacity [W,W]. Throws kInternal when the shapes differ.
SolidityLoss solidity_loss(const Tensor& opacity, const SolidityBounds& bounds);

}  // namespace portrait

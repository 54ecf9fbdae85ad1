// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"
#include "core/prior/plane_unet.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

// What stage 2 learns of a tri-plane: parameters, and the tri-plane that they make of the one that
// came in.
struct PlaneChange {
  std::vector<std::pair<std::string, Tensor>> parameters;  // optimised in place
  // planes [3,D,C,R,R] -> the same shape; differentiable in the parameters.
  std::function<Tensor(const Tensor& planes)> of;

  // UNet_phi (5): gradients of one view reach all of the tri-plane, and what it came with is kept.
  static PlaneChange through(const LoadedPlaneUNet& unet);
  // The tri-plane itself, which the paper warns of (Sec. 3.2): each texel goes its own way. As an
  // offset to the tri-plane, zero at first.
  static PlaneChange direct(const Tensor& planes);
};

}  // namespace portrait

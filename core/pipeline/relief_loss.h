// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

namespace portrait {

// How far the fine relief of a surface is from that of the first head, from the photo's camera. A
// photo tells colours and not how far away they are: left alone, every ray finds a depth of its
// own, and profiles come out serrated. What is compared is how each pixel stands out from its four
// neighbours, so that the surface may move and tilt and bend as a whole, without a price.
//
// depth, first_depth [H,W], distances along the rays (world units); counts [H,W], of which only
// pixels of 1 count whose neighbours are 1 too (both heads solid there: a depth at an outline says
// nothing). H, W at least 3. The mean over the pixels that have four neighbours of the absolute
// difference; differentiable in depth. Throws kInternal naming the shape.
Tensor relief_loss(const Tensor& depth, const Tensor& first_depth, const Tensor& counts);

// What counts of two heads' depths: 1 where both opacities [H,W] are solid, else 0. No gradient.
Tensor solid_in_both(const Tensor& opacity, const Tensor& first_opacity);

}  // namespace portrait

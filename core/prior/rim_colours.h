// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

namespace portrait {

// What a photo tells of the side that it does not show: hair, hood and clothes go on round the
// head with the colours that they have at its outline. The colours of a band inside the matte's
// edge, spread over the whole picture: each place has those of the rim near it, further away ever
// coarser means of it.
//
//   photo: [B, 3, S, S], any range; S a multiple of 64
//   matte: [B, 1, S, S] in [0, 1]; where it leaves the frame there is no rim
// Returns [B, 3, S, S]. A matte without an edge gives the mean of what it covers, an empty one 0.
Tensor rim_colours(const Tensor& photo, const Tensor& matte);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/guidance/view_graph.h"
#include "core/pipeline/fit_losses.h"
#include "core/pipeline/photo_target.h"

namespace portrait {

// The surface whose fine relief the photo's view is held to (relief_loss.h): maps [W,W] of an
// earlier head from that camera. A weight of 0 holds nothing, and needs no maps.
struct HeldRelief {
  Tensor depth, opacity;
  double weight = 0;
};

// L_ref of all of the picture at the photo's camera, with the relief held, as a gradient of the
// head: its terms, times `weight`, are added to `losses`. `graph`: of that camera, over the photo's
// background.
GradientList reference_gradient(const ViewGraph& graph, const PhotoTarget& photo, double weight,
                                FitLosses& losses, const HeldRelief& relief = {});

}  // namespace portrait

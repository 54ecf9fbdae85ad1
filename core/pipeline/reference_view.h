// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/guidance/view_graph.h"
#include "core/pipeline/fit_losses.h"
#include "core/pipeline/photo_target.h"

namespace portrait {

// L_ref of all of the picture at the photo's camera, as a gradient of the head: its terms, times
// `weight`, are added to `losses`. `graph`: of that camera, over the photo's background.
GradientList reference_gradient(const ViewGraph& graph, const PhotoTarget& photo, double weight,
                                FitLosses& losses);

}  // namespace portrait

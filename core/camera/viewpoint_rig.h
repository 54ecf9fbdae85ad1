// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <vector>

namespace portrait {

// One viewpoint of the refinement stage and the viewpoint that drives it (METHOD, Viewpoints).
struct RigView {
  Viewpoint viewpoint;
  int driver = -1;  // index into the rig; -1 = driven by the photo itself
};

// The 13 viewpoints of Sec. 4.1 in driving order: front, +30, -30, +60, ..., 180, and one from
// above (azimuth 0, elevation 45) driven by the front. Every driver precedes those it drives.
std::vector<RigView> standard_viewpoint_rig();

}  // namespace portrait

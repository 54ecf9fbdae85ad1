// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <string>
#include <vector>

namespace portrait {

class Settings;

// One viewpoint of the refinement stage and the viewpoint that drives it (METHOD, Viewpoints).
struct RigView {
  Viewpoint viewpoint;
  int driver = -1;    // index into the rig; -1 = driven by the photo itself
  double weight = 1;  // of its image loss; 0 = muted: not painted, it drives with the head as it is
};

// The 13 viewpoints of Sec. 4.1 in driving order: front, +30, -30, +60, ..., 180, and one from
// above (azimuth 0, elevation 45) driven by the front. Every driver precedes those it drives.
std::vector<RigView> standard_viewpoint_rig();

// Viewpoints in driving order, each driven by the nearest of those before it (by the angle between
// them; of several as near the first), the first by the photo. Of the standard ones that is the
// standard rig.
std::vector<RigView> viewpoint_rig(const std::vector<Viewpoint>& viewpoints);
// Of the setting detail.viewpoints, and the text that it would have of a rig.
std::vector<RigView> viewpoint_rig(const Settings& settings);
std::string viewpoints_text(const std::vector<RigView>& rig);

// The drivers of viewpoint_rig(), anew.
void find_drivers(std::vector<RigView>& rig);

}  // namespace portrait

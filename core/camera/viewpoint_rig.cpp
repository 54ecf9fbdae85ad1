// SPDX-License-Identifier: Apache-2.0
#include "core/camera/viewpoint_rig.h"

namespace portrait {

std::vector<RigView> standard_viewpoint_rig() {
  std::vector<RigView> rig = {{{0, 0}, -1}};
  int right = 0;
  int left = 0;
  for (int azimuth = 30; azimuth <= 180; azimuth += 30) {
    rig.push_back({{double(azimuth), 0}, right});
    right = static_cast<int>(rig.size()) - 1;
    if (azimuth == 180) break;  // reached from the +X side
    rig.push_back({{-double(azimuth), 0}, left});
    left = static_cast<int>(rig.size()) - 1;
  }
  rig.push_back({{0, 45}, 0});
  return rig;
}

}  // namespace portrait

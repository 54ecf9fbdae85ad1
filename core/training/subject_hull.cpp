// SPDX-License-Identifier: Apache-2.0
#include "core/training/subject_hull.h"

#include "core/camera/viewpoint_rig.h"

#include <cmath>

namespace portrait {

std::vector<Camera> hull_cameras() {
  std::vector<Camera> cameras;
  for (int azimuth = 0; azimuth < 360; azimuth += 45) {
    cameras.push_back(rig_camera({double(azimuth), 0}));
  }
  for (int azimuth = 22; azimuth < 360; azimuth += 90) {
    cameras.push_back(rig_camera({double(azimuth), 45}));
  }
  cameras.push_back(rig_camera({0, 85}));
  cameras.push_back(rig_camera({20, -35}));
  cameras.push_back(rig_camera({-20, -35}));
  return cameras;
}

bool inside_hull(const std::vector<DepthView>& views, const Eigen::Vector3d& point) {
  for (const DepthView& seen : views) {
    const Projection at = project(seen.camera, point);
    const int x = static_cast<int>(std::floor(at.u * kHullSize));
    const int y = static_cast<int>(std::floor(at.v * kHullSize));
    if (x < 0 || y < 0 || x >= kHullSize || y >= kHullSize) continue;
    const double distance = (point - seen.camera.position()).norm();
    if (!(distance >= double(*seen.view.depth.at(x, y)))) return false;
  }
  return true;
}

}  // namespace portrait

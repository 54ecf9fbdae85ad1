// SPDX-License-Identifier: Apache-2.0
#include "core/training/crop_camera.h"

#include <algorithm>
#include <cmath>

namespace portrait {

Camera draw_crop_camera(RandomStream& random) {
  Viewpoint viewpoint;
  viewpoint.azimuth_deg = random.chance(0.15) ? random.uniform(-60, 60)
                                              : std::clamp(random.normal(0, 18), -50.0, 50.0);
  viewpoint.elevation_deg = std::clamp(random.normal(0, 9), -25.0, 25.0);
  RigOptions rig;
  const double fov = random.uniform(13, 60);
  rig.radius = std::clamp(0.475 / std::tan(fov * 0.5 * 3.14159265 / 180), 1.1, 4.5);
  rig.focal = kRigFocal * rig.radius / kRigRadius * std::exp(random.normal(0, 0.03));
  rig.pivot = Eigen::Vector3d(random.normal(0, 0.008), random.normal(0, 0.008), 0);
  rig.roll_deg = random.normal(0, 2);
  return rig_camera(viewpoint, rig);
}

}  // namespace portrait

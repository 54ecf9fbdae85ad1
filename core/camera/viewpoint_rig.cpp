// SPDX-License-Identifier: Apache-2.0
#include "core/camera/viewpoint_rig.h"

#include "core/base/angle_list.h"
#include "core/base/error.h"
#include "core/base/settings.h"

#include <string>

namespace portrait {
namespace {

constexpr double kSameCosine = 1e-9;  // views that near to each other are as near

}  // namespace

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

std::vector<RigView> viewpoint_rig(const std::vector<Viewpoint>& viewpoints) {
  std::vector<RigView> rig;
  std::vector<Eigen::Vector3d> directions;
  for (const Viewpoint& viewpoint : viewpoints) {
    const Eigen::Vector3d direction = rig_camera(viewpoint).position().normalized();
    int driver = directions.empty() ? -1 : 0;
    for (std::size_t i = 1; i < directions.size(); ++i) {
      const double gain = direction.dot(directions[i] - directions[std::size_t(driver)]);
      if (gain > kSameCosine) driver = static_cast<int>(i);
    }
    rig.push_back({viewpoint, driver});
    directions.push_back(direction);
  }
  return rig;
}

std::vector<RigView> viewpoint_rig(const Settings& settings) {
  const auto pairs = parse_angle_list(settings.get<std::string>("detail.viewpoints"));
  check(pairs.has_value(), ErrorCode::kInternal, "A list of viewpoints passed unread");
  std::vector<Viewpoint> viewpoints;
  for (const AnglePair& pair : *pairs) viewpoints.push_back({pair.azimuth_deg, pair.elevation_deg});
  return viewpoint_rig(viewpoints);
}

}  // namespace portrait

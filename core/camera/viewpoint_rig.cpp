// SPDX-License-Identifier: Apache-2.0
#include "core/camera/viewpoint_rig.h"

#include "core/base/angle_list.h"
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
  for (const Viewpoint& viewpoint : viewpoints) rig.push_back({viewpoint});
  find_drivers(rig);
  return rig;
}

std::vector<RigView> viewpoint_rig(const Settings& settings) {
  std::vector<RigView> rig;
  const auto list = parse_angle_list(settings.get<std::string>("detail.viewpoints"));
  for (const WeightedAngles& one : list) {
    rig.push_back({{one.azimuth_deg, one.elevation_deg}, -1, one.weight});
  }
  find_drivers(rig);
  return rig;
}

std::string viewpoints_text(const std::vector<RigView>& rig) {
  std::vector<WeightedAngles> list;
  for (const RigView& view : rig) {
    list.push_back({view.viewpoint.azimuth_deg, view.viewpoint.elevation_deg, view.weight});
  }
  return angle_list_text(list);
}

void find_drivers(std::vector<RigView>& rig) {
  std::vector<Eigen::Vector3d> directions;
  for (RigView& view : rig) {
    const Eigen::Vector3d direction = rig_camera(view.viewpoint).position().normalized();
    view.driver = directions.empty() ? -1 : 0;
    for (std::size_t i = 1; i < directions.size(); ++i) {
      const double gain = direction.dot(directions[i] - directions[std::size_t(view.driver)]);
      if (gain > kSameCosine) view.driver = static_cast<int>(i);
    }
    directions.push_back(direction);
  }
}

}  // namespace portrait

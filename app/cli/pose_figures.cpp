// SPDX-License-Identifier: Apache-2.0
#include "app/cli/pose_figures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait::cli {

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0 : sum / double(values.size());
}

double angle_between_deg(const Camera& a, const Camera& b) {
  const Eigen::Matrix3d turn =
      a.world_from_camera.block<3, 3>(0, 0).transpose() * b.world_from_camera.block<3, 3>(0, 0);
  return std::acos(std::clamp((turn.trace() - 1) / 2, -1.0, 1.0)) * 180 / std::numbers::pi;
}

}  // namespace portrait::cli

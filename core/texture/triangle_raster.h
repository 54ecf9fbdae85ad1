// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <Eigen/Geometry>

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait {

// Calls at(x, y, weights) for every pixel of a width x height picture whose centre lies in the
// triangle or on its border, row by row; `weights` are the centre's barycentric coordinates (sum
// 1). Corners in pixels, pixel (x, y) covers [x, x+1) x [y, y+1); either winding. A triangle
// without area covers nothing.
template <typename At>
void for_each_pixel_in(const std::array<Eigen::Vector2d, 3>& corner, int width, int height,
                       const At& at) {
  const Eigen::Vector2d low = corner[0].cwiseMin(corner[1]).cwiseMin(corner[2]);
  const Eigen::Vector2d high = corner[0].cwiseMax(corner[1]).cwiseMax(corner[2]);
  if (!low.allFinite() || !high.allFinite() || high.x() < 0 || high.y() < 0 || low.x() > width ||
      low.y() > height) {
    return;
  }
  const auto cross = [](const Eigen::Vector2d& a, const Eigen::Vector2d& b) {
    return a.x() * b.y() - a.y() * b.x();
  };
  const double area = cross(corner[1] - corner[0], corner[2] - corner[0]);
  if (area == 0) return;
  const int first_x = std::max(0, int(std::floor(low.x() - 0.5)));
  const int last_x = std::min(width - 1, int(std::ceil(high.x() - 0.5)));
  const int first_y = std::max(0, int(std::floor(low.y() - 0.5)));
  const int last_y = std::min(height - 1, int(std::ceil(high.y() - 0.5)));
  for (int y = first_y; y <= last_y; ++y) {
    for (int x = first_x; x <= last_x; ++x) {
      const Eigen::Vector2d centre(x + 0.5, y + 0.5);
      const double b = cross(centre - corner[0], corner[2] - corner[0]) / area;
      const double c = cross(corner[1] - corner[0], centre - corner[0]) / area;
      if (b >= 0 && c >= 0 && b + c <= 1) at(x, y, Eigen::Vector3d(1 - b - c, b, c));
    }
  }
}

}  // namespace portrait

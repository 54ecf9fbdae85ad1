// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait {

// Corners of a triangle in the plane of a picture, in pixels: pixel (x, y) covers [x, x+1) x
// [y, y+1). Either winding.
using FlatCorners = std::array<Eigen::Vector2d, 3>;

// Twice the area, negative for one of the windings.
inline double signed_twice_area(const FlatCorners& corner) {
  const Eigen::Vector2d one = corner[1] - corner[0];
  const Eigen::Vector2d two = corner[2] - corner[0];
  return one.x() * two.y() - one.y() * two.x();
}

// Barycentric coordinates (sum 1) of a place. `twice_area`: of these corners, not 0.
inline Eigen::Vector3d weights_in(const FlatCorners& corner, double twice_area,
                                  const Eigen::Vector2d& place) {
  const Eigen::Vector2d one = corner[1] - corner[0];
  const Eigen::Vector2d two = corner[2] - corner[0];
  const Eigen::Vector2d here = place - corner[0];
  const double b = (here.x() * two.y() - here.y() * two.x()) / twice_area;
  const double c = (one.x() * here.y() - one.y() * here.x()) / twice_area;
  return {1 - b - c, b, c};
}

// Calls at(x, y, weights) for every pixel of a width x height picture whose centre lies in the
// triangle or on its border, row by row; `weights` are the centre's barycentric coordinates. A
// triangle without area, or with corners that are not finite, covers nothing.
template <typename At>
void for_each_pixel_in(const FlatCorners& corner, int width, int height, const At& at) {
  // What rounding may take from a centre on a side that two triangles share, so that one of them
  // always has it; a hole would be an outline to whoever reads depths.
  constexpr double kSlack = 1e-9;
  const double area = signed_twice_area(corner);
  if (area == 0 || !std::isfinite(area)) return;
  const Eigen::Vector2d low = corner[0].cwiseMin(corner[1]).cwiseMin(corner[2]);
  const Eigen::Vector2d high = corner[0].cwiseMax(corner[1]).cwiseMax(corner[2]);
  // Clamped before they become integers: a corner just before the camera may lie anywhere.
  const auto first = [](double value) {
    return int(std::floor(std::clamp(value - 0.5, 0.0, 1e9)));
  };
  const auto last = [](double value, int count) {
    return int(std::ceil(std::clamp(value - 0.5, -1.0, double(count - 1))));
  };
  for (int y = first(low.y()); y <= last(high.y(), height); ++y) {
    for (int x = first(low.x()); x <= last(high.x(), width); ++x) {
      const Eigen::Vector3d weights = weights_in(corner, area, {x + 0.5, y + 0.5});
      if (weights.minCoeff() >= -kSlack) at(x, y, weights);
    }
  }
}

}  // namespace portrait

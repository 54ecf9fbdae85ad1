// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <Eigen/Geometry>

#include <cstddef>
#include <vector>

namespace portrait {

// Densities on a regular grid, for meshing. Plain data. Node (i, j, k) stands at
// box.min() + (i, j, k) * spacing(): nodes lie on the faces of the box.
struct DensityGrid {
  Eigen::AlignedBox3f box;
  Eigen::Vector3i dims = Eigen::Vector3i::Zero();  // nodes per axis, at least 2
  std::vector<float> density;  // sigma per unit of length, x fastest, then y, then z

  Eigen::Vector3f spacing() const {
    return box.sizes().cwiseQuotient((dims.array() - 1).matrix().cast<float>());
  }
  std::size_t index(int x, int y, int z) const {
    return (std::size_t(z) * dims.y() + y) * dims.x() + x;
  }
  float at(int x, int y, int z) const { return density[index(x, y, z)]; }
};

}  // namespace portrait

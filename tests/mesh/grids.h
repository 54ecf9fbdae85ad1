// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/density_grid.h"

#include <functional>

namespace portrait {

// A cube of n nodes a side over [-half, half]^3 filled by a function of position.
inline DensityGrid grid_of(int n, float half,
                           const std::function<float(const Eigen::Vector3f&)>& density) {
  DensityGrid grid;
  grid.box = Eigen::AlignedBox3f(Eigen::Vector3f::Constant(-half), Eigen::Vector3f::Constant(half));
  grid.dims = Eigen::Vector3i::Constant(n);
  grid.density.resize(std::size_t(n) * n * n);
  const Eigen::Vector3f step = grid.spacing();
  for (int z = 0; z < n; ++z) {
    for (int y = 0; y < n; ++y) {
      for (int x = 0; x < n; ++x) {
        const Eigen::Vector3f at =
            grid.box.min() + Eigen::Vector3f(float(x), float(y), float(z)).cwiseProduct(step);
        grid.density[grid.index(x, y, z)] = density(at);
      }
    }
  }
  return grid;
}

// Inside positive, threshold 0: a distance, so that linear interpolation is nearly exact.
inline float ball(const Eigen::Vector3f& at, const Eigen::Vector3f& centre, float radius) {
  return radius - (at - centre).norm();
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/density_grid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace portrait {

// Where an iso-surface crosses the edges of a grid. Indices are padded as those of InsideBits are;
// the padding stands where the surface is closed, a twentieth of a cell outside the box.
class EdgePoints {
 public:
  EdgePoints(const DensityGrid& grid, float threshold) : grid_(grid), threshold_(threshold) {
    for (int a = 0; a < 3; ++a) {
      const int size = grid.dims[a] + 2;
      std::vector<float>& at = coordinates_[a];
      at.resize(size);
      const double low = grid.box.min()[a];
      const double step = (grid.box.max()[a] - low) / (grid.dims[a] - 1);
      for (int p = 0; p < size; ++p) at[p] = float(low + (p - 1) * step);
      at.front() = float(low - kCap * step);
      at.back() = float(grid.box.max()[a] + kCap * step);
    }
  }

  // How far along the edge along kAxis from a padded point, one end of which is inside, the surface
  // crosses it, in edge lengths; exactly 0 or 1 where the edge leaves the box.
  template <int kAxis>
  float share(int x, int y, int z) const {
    const int from = std::array<int, 3>{x, y, z}[kAxis];
    if (from == 0) return 0;
    if (from == grid_.dims[kAxis]) return 1;
    const float* sample = grid_.density.data() + grid_.index(x - 1, y - 1, z - 1);
    const std::ptrdiff_t stride = kAxis == 0   ? 1
                                  : kAxis == 1 ? grid_.dims.x()
                                               : std::ptrdiff_t(grid_.dims.x()) * grid_.dims.y();
    const float t = (threshold_ - sample[0]) / (sample[stride] - sample[0]);
    // Where one side is not finite, the surface goes half way.
    return std::isfinite(t) ? std::clamp(t, kMargin, 1 - kMargin) : 0.5F;
  }

  // The point there.
  template <int kAxis>
  Eigen::Vector3f point(int x, int y, int z, float share) const {
    Eigen::Vector3f at(coordinates_[0][x], coordinates_[1][y], coordinates_[2][z]);
    const float upper = coordinates_[kAxis][std::array<int, 3>{x, y, z}[kAxis] + 1];
    at[kAxis] = share == 1 ? upper : at[kAxis] + share * (upper - at[kAxis]);
    return at;
  }

 private:
  // A vertex stays this far (in edge lengths) from both ends of its edge: where a sample equals the
  // threshold, the vertices round it would else fall together.
  static constexpr float kMargin = 0.01F;
  // In cells: enough to keep the rim's triangles sound.
  static constexpr float kCap = 0.05F;

  const DensityGrid& grid_;
  float threshold_;
  std::array<std::vector<float>, 3> coordinates_;
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field.h"
#include "core/field/rays.h"

#include <cstdint>
#include <vector>

namespace portrait {

// Which cells of the field's box hold matter, so that rays and samples in empty space are not
// evaluated. Valid for the very parameters it was built from; without gradients only.
struct OccupancyGrid {
  int cells = 0;             // per side
  double half_extent = 0.5;  // of the box
  std::vector<std::uint8_t> occupied;  // x fastest, then y, then z; 0 or 1

  bool at(int x, int y, int z) const {
    return occupied[(std::size_t(z) * cells + y) * cells + x] != 0;
  }
  // Fraction of cells that are occupied.
  double fraction() const;
};

struct OccupancyOptions {
  int cells = 64;
  int samples_per_side = 2;  // 2: eight samples per cell
  // A sample is matter when its alpha over the reference step exceeds the threshold.
  double alpha_threshold = 1e-3;
  double reference_step = 1.0 / 96;
  int dilate = 1;  // cells
};

OccupancyGrid build_occupancy(const Field& field, const OccupancyOptions& options = {});

// Ranges shrunk to [start of the first, end of the last occupied cell] on each ray; `hit` becomes
// false where there is none. Rays and ranges on the CPU in float.
RayRanges clip_to_occupied(const OccupancyGrid& grid, const Rays& rays, const RayRanges& ranges);

// Whether each point lies in an occupied cell: points [...,3] -> [...] bool, false outside the box.
Tensor occupied_points(const OccupancyGrid& grid, const Tensor& points);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field.h"
#include "core/field/rays.h"

#include <cstdint>
#include <vector>

namespace portrait {

class FieldEvaluator;

// Which cells of the field's box hold matter, so that rays and samples in empty space are not
// evaluated.
struct OccupancyGrid {
  int cells = 0;             // per side
  double half_extent = 0.5;  // of the box
  std::vector<std::uint8_t> occupied;  // x fastest, then y, then z; 0 or 1
  // Whether any cell of each block of kBlock cells a side is, blocks() per side, in the same order:
  // for walks through empty space. Empty: not known.
  std::vector<std::uint8_t> occupied_blocks;
  static constexpr int kBlock = 4;

  int blocks() const { return (cells + kBlock - 1) / kBlock; }
  bool at(int x, int y, int z) const {
    return occupied[(std::size_t(z) * cells + y) * cells + x] != 0;
  }
  // Fraction of cells that are occupied.
  double fraction() const;
};

// Samples lie on a lattice of cells * samples_per_side a side. Every other one along each axis is
// taken first, then those near matter: what is thinner than two of their distances (6 mm as it is
// set) and touches nothing else may be missed.
struct OccupancyOptions {
  int cells = 128;
  int samples_per_side = 1;
  // A sample is matter when its alpha over the reference step exceeds the threshold.
  double alpha_threshold = 1e-4;
  double reference_step = 1.0 / 96;
  int dilate = 1;  // cells
};

// Throws kBadUsage when a side is not positive.
OccupancyGrid build_occupancy(const Field& field, const OccupancyOptions& options = {});
OccupancyGrid build_occupancy(const FieldEvaluator& evaluator,
                              const OccupancyOptions& options = {});

// The grid of a field that is being optimised, built anew every so many steps: at the first call
// and whenever the steps, counted in sixteens, move on, so that it does not matter at which step an
// optimisation was taken up again.
class LiveOccupancy {
 public:
  explicit LiveOccupancy(const OccupancyOptions& options = {}, int refresh_every = 16)
      : options_(options), refresh_every_(refresh_every) {}

  // Valid until the next call.
  const OccupancyGrid& at_step(int step, const Field& field);

 private:
  OccupancyOptions options_;
  int refresh_every_;
  OccupancyGrid grid_;
  int built_at_ = 0;
};

// Ranges shrunk to [start of the first, end of the last occupied cell] on each ray; `hit` becomes
// false where there is none. Rays and ranges on the CPU in float.
RayRanges clip_to_occupied(const OccupancyGrid& grid, const Rays& rays, const RayRanges& ranges);

// Whether each point lies in an occupied cell: points [...,3] -> [...] bool, false outside the box.
Tensor occupied_points(const OccupancyGrid& grid, const Tensor& points);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/baked_volume.h"
#include "core/field/evaluator.h"
#include "core/field/occupancy.h"

#include <array>

namespace portrait {

// Samples of one brick of a volume: R, G, B and alpha over a voxel in bytes, where the grid says
// that there may be matter. May be called on several threads at once where the evaluator may.
// Keeps references to all three.
class BrickSampler {
 public:
  BrickSampler(const FieldEvaluator& evaluator, const OccupancyGrid& grid,
               const BakedVolume& volume)
      : evaluator_(evaluator), grid_(grid), volume_(volume) {}

  // All samples; texels [kBrickBytes] come as zeros, which stay where there is nothing.
  void evaluate(const Eigen::Vector3i& brick, std::uint8_t* texels) const;

  // Largest difference of any byte between one sample in each 4 x 4 x 4 and `before`
  // [kBrickBytes]; `turn` says which ones, all of them after 64. Colours count where there is
  // matter to be seen.
  int difference(const Eigen::Vector3i& brick, const std::uint8_t* before, int turn) const;

 private:
  // `side` samples along each axis, every `step`-th from `first` on; as evaluate().
  void sample(const Eigen::Vector3i& brick, const Eigen::Vector3i& first, int step, int side,
              std::uint8_t* texels) const;

  const FieldEvaluator& evaluator_;
  const OccupancyGrid& grid_;
  const BakedVolume& volume_;
};

}  // namespace portrait

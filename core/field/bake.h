// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/baked_volume.h"
#include "core/field/field.h"
#include "core/field/occupancy.h"

#include <optional>

namespace portrait {

struct BakeOptions {
  // Samples over the height of the head's bounding box; 192 to 384.
  int samples_over_height = 192;
  // The box of an earlier bake. It is kept while matter lies within it and fills at least 80 % of
  // its height, so that unchanged bricks keep their place and hash.
  std::optional<Eigen::AlignedBox3f> previous_box;
  // Not owned; none: built here.
  const OccupancyGrid* occupancy = nullptr;
};

// Coarse to fine, without gradients: the occupancy grid gives the head's box and the bricks worth
// evaluating (any matter in the brick or next to it); only those are sampled. A field without
// matter gives an empty volume. Throws kBadUsage when samples_over_height is not in 16..1024.
BakedVolume bake(const Field& field, const BakeOptions& options = {});

}  // namespace portrait

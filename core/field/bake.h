// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/baked_volume.h"
#include "core/field/field.h"
#include "core/field/occupancy.h"

namespace portrait {

struct BakeOptions {
  // Samples over the height of the head's bounding box; 192 to 384.
  int samples_over_height = 192;
  // An earlier bake; not owned. Its box is kept while matter lies within it and fills at least
  // 80 % of its height, so that bricks keep their place.
  const BakedVolume* previous = nullptr;
  // With an earlier bake of the same box and resolution, only bricks that have changed are
  // evaluated: 64 of a brick's 4096 samples, others at each `turn`, are held against the earlier
  // ones, and where none differs by more than this (of 255) the brick stays, hash and all. Below
  // zero: all bricks are evaluated.
  int tolerance = -1;
  int turn = 0;
  // Not owned; none: built here.
  const OccupancyGrid* occupancy = nullptr;
};

// Coarse to fine, without gradients: the occupancy grid gives the head's box and the bricks worth
// evaluating (any matter in the brick or next to it); only those are sampled. A field without
// matter gives an empty volume. Throws kBadUsage when samples_over_height is not in 16..1024.
BakedVolume bake(const Field& field, const BakeOptions& options = {});

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/random.h"

namespace portrait {

// What stands behind people in photos, and what clothes are printed with, as far as a network that
// must tell them from a person needs to know it.
enum class Pattern {
  kGradient,  // a wall, a sky
  kBricks,    // and tiles
  kText,      // posters, signs
  kFoliage,
  kBokeh,     // lights out of focus
  kFlag,      // stripes and a field, in folds
  kShelves,   // books and boxes
  kWindow,    // bright panes, dark bars
  kStrands,   // hair-like
  kMarbled,   // skin, wood, stone, clouds
  kSolids,    // smoothly lit balls, posts and beams
  kSkyline,   // buildings with windows
  kPlaid,     // cloth
  kRubble,    // polygons of any colour
};
inline constexpr int kPatternCount = 14;

// size x size x 3 in [0, 1], in focus. Moves `random` on.
Image draw_pattern(Pattern pattern, RandomStream& random, int size);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/conformal.h"

#include <array>
#include <cstdint>
#include <vector>

namespace portrait {

struct PackingOptions {
  int texture_size = 2048;  // texels along a side of the square, at least 16
  int padding = 8;          // least distance of two charts, and of charts and border, in texels
};

// Throws kBadUsage for options out of range: a padding is from 0 to less than a quarter of the
// size.
void check_packing(const PackingOptions& options);

// What is packed: a map in any unit, y upward, and its triangles.
struct PackedChart {
  FlatMap map;
  std::vector<std::array<std::uint32_t, 3>> triangles;
  bool upright = false;  // may be moved, but not turned
};

// Moves and turns the charts into the unit square, all scaled by one factor, which is returned: the
// largest, in steps of 2 %, at which they find room. Charts are masks on a grid of at most 512
// cells a side, larger ones first, each put as low and then as far left as it fits in any of four
// turns of the box of least area round it; charts find room in the bays of others, as Levy et
// al. (SIGGRAPH 2002) pack by contours. The padding is rounded up to whole cells. Masks are
// conservative, so that charts never touch. Depends on the charts and their order alone. Throws
// kBadUsage for options out of range, and when charts would get no room within the padding.
double pack_charts(std::vector<PackedChart>& charts, const PackingOptions& options = {});

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
// The kernels without vector instructions: for builds without Highway, for what is left over at the
// end of a row, and as the CUDA kernels do it.
#include "core/reprojection/kernels/row_kernels.h"
#include "core/reprojection/kernels/splat_kernels.h"
#include "core/reprojection/kernels/splat_point.h"

#include <algorithm>
#include <cmath>

namespace portrait {

void lift_rows_plain(const SplatGeometry& g, const LiftedMaps& maps, int begin, int end,
                     SplatKey* keys) {
  const auto depth_at = [&](int x, int y) {
    const bool inside = x >= 0 && x < g.source_width && y >= 0 && y < g.source_height;
    return inside ? axis_depth(g, maps, x, y, slope_x(g, x), slope_y(g, y)) : 0.0;
  };
  for (int y = begin; y < end; ++y) {
    for (int x = 0; x < g.source_width; ++x) {
      const double ax = slope_x(g, x);
      const double ay = slope_y(g, y);
      const DepthCross z{depth_at(x, y), depth_at(x - 1, y), depth_at(x + 1, y), depth_at(x, y - 1),
                         depth_at(x, y + 1)};
      if (!keeps_point(g, maps, z, x, y, ax, ay)) continue;
      const Landing at = land(g, z.here, ax, ay);
      if (at.pixel < 0) continue;
      const SplatKey key = splat_key(at.depth, y * g.source_width + x);
      if (key < keys[at.pixel]) keys[at.pixel] = key;
    }
  }
}

void settle_keys_plain(const SplatKey* keys, int sets, std::int64_t stride, int count,
                       std::int32_t* source, float* depth) {
  for (int x = 0; x < count; ++x) {
    SplatKey least = keys[x];
    for (int set = 1; set < sets; ++set) least = std::min(least, keys[set * stride + x]);
    source[x] = key_source(least);
    depth[x] = key_depth(least);
  }
}

int list_recessed_plain(const RowAndSides& row, int count, float same_surface, bool is_void,
                        std::int32_t* list) {
  int found = 0;
  for (int x = 0; x < count; ++x) {
    const float before = std::min(row.before[x], row.before2[x]);
    const float after = std::min(row.after[x], row.after2[x]);
    const bool recessed = row.here[x] > std::max(before, after) * same_surface;
    if (recessed && std::isinf(row.here[x]) == is_void) list[found++] = x;
  }
  return found;
}

}  // namespace portrait

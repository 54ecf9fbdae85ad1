// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/chart_cutting.h"
#include "core/mesh/charts.h"

#include <cstdint>
#include <vector>

namespace portrait {

// Makes charts of pieces of a surface, where these lie flat within the options' limits.
class ChartMaker {
 public:
  // Keeps a reference to the surface.
  ChartMaker(const CuttableSurface& surface, const ChartOptions& options)
      : surface_(surface), options_(options), cut_(surface.opposite().size(), 0) {}

  // A connected set of triangles of the mesh, ascending, on its own; it has no map yet.
  Chart put_together(const std::vector<std::uint32_t>& triangles, bool face) const;

  // Maps a chart that has a border and no handles; holes stay closed round. Returns whether the map
  // turns nothing over, covers no place twice, and keeps within the limits.
  bool lay_flat(Chart& chart) const;

  // Where only a few triangles are in the way of a good map, they leave the chart instead of its
  // being halved: those that are flipped, and those where the border runs across itself. The
  // others keep their places, so nothing need be solved again. Returns whether it worked; then
  // `trimmed` holds those that left, ascending, else the chart is as it was.
  bool trim(Chart& chart, std::vector<std::uint32_t>& trimmed) const;

  // Makes a disk of a chart with a good map. Holes are laid flat closed round, so that their cuts
  // cannot gape or overlap; here they are cut open to the border. Returns whether it worked.
  bool cut_holes(Chart& chart);

 private:
  Chart restrict_to(const Chart& chart, const std::vector<std::uint32_t>& triangles) const;
  bool within_limits(const Chart& chart) const;
  bool good_enough(const Chart& chart) const;

  const CuttableSurface& surface_;
  ChartOptions options_;
  std::vector<std::uint8_t> cut_;  // per side of the mesh: 1 where a hole was cut open
};

// Handles and trimming leave crumbs: charts of a few triangles, but for the face's, join a
// neighbour where the two lie flat as one. The charts keep their order.
void merge_small_charts(const CuttableSurface& surface, ChartMaker& maker,
                        std::vector<Chart>& charts);

}  // namespace portrait

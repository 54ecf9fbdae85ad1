// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/chart_making.h"
#include "core/mesh/mesh_sides.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace portrait {
namespace {

constexpr std::size_t kSmall = 64;         // charts with so many triangles may join another
constexpr std::size_t kMostMerged = 1000;  // that has at most so many

std::optional<Chart> try_merged(ChartMaker& maker, const std::vector<std::uint32_t>& triangles) {
  Chart chart = maker.put_together(triangles, false);
  if (chart.mesh.borders.empty() || chart.mesh.handles() > 0) return std::nullopt;
  if (!maker.lay_flat(chart) || !maker.cut_holes(chart)) return std::nullopt;
  return chart;
}

}  // namespace

void merge_small_charts(const CuttableSurface& surface, ChartMaker& maker,
                        std::vector<Chart>& charts) {
  std::vector<std::size_t> owner(surface.mesh().triangles.size());
  for (std::size_t c = 0; c < charts.size(); ++c) {
    for (const std::uint32_t t : charts[c].mesh.mesh_triangles) owner[t] = c;
  }
  for (std::size_t c = 0; c < charts.size(); ++c) {
    const std::vector<std::uint32_t> own = charts[c].mesh.mesh_triangles;
    if (own.size() > kSmall || charts[c].face) continue;
    std::map<std::size_t, int> shared;  // sides, per neighbour
    for (const std::uint32_t t : own) {
      for (std::uint32_t i = 0; i < 3; ++i) {
        const std::uint32_t other = surface.opposite()[3 * t + i];
        if (other != kNoSide && owner[other / 3] != c) ++shared[owner[other / 3]];
      }
    }
    std::vector<std::pair<int, std::size_t>> order;
    for (const auto& [neighbour, sides] : shared) order.emplace_back(-sides, neighbour);
    std::sort(order.begin(), order.end());
    for (const auto& [sides, neighbour] : order) {
      std::vector<std::uint32_t> both = charts[neighbour].mesh.mesh_triangles;
      if (both.size() > kMostMerged || charts[neighbour].face) continue;
      both.insert(both.end(), own.begin(), own.end());
      std::sort(both.begin(), both.end());
      auto merged = try_merged(maker, both);
      if (!merged) continue;
      charts[neighbour] = std::move(*merged);
      charts[c].mesh.mesh_triangles.clear();
      for (const std::uint32_t t : own) owner[t] = neighbour;
      break;
    }
  }
  std::erase_if(charts, [](const Chart& chart) { return chart.mesh.mesh_triangles.empty(); });
}

}  // namespace portrait

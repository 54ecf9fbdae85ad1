// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/chart_packing.h"

#include "core/base/error.h"
#include "core/mesh/bit_mask.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>
#include <utility>

namespace portrait {
namespace {

constexpr int kMostCells = 512;
constexpr double kHopedFor = 0.9;  // share of the square that charts may cover in the first try
constexpr double kStep = 0.98;     // of the scale from try to try
constexpr int kTurns = 60;         // angles tried for the box of least area, in a quarter turn

FlatMap turn(const FlatMap& map, double angle) {
  Eigen::Matrix2d rotation;
  rotation << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
  FlatMap result;
  result.reserve(map.size());
  for (const Eigen::Vector2d& p : map) result.push_back(rotation * p);
  return result;
}

struct Box {
  Eigen::Vector2d low = Eigen::Vector2d::Constant(std::numeric_limits<double>::infinity());
  Eigen::Vector2d high = -low;
  Eigen::Vector2d size() const { return high - low; }
};

Box box_of(const FlatMap& map) {
  Box box;
  for (const Eigen::Vector2d& p : map) {
    box.low = box.low.cwiseMin(p);
    box.high = box.high.cwiseMax(p);
  }
  return box;
}

// Turned so that the box round it is small, lying down, its lower left corner at the origin.
void align(PackedChart& chart) {
  if (!chart.upright) {
    double best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < kTurns; ++i) {
      const double angle = std::numbers::pi / 2 * i / kTurns;
      const double area = box_of(turn(chart.map, angle)).size().prod();
      if (area < least * (1 - 1e-9)) {
        least = area;
        best = angle;
      }
    }
    chart.map = turn(chart.map, best);
    const Eigen::Vector2d size = box_of(chart.map).size();
    if (size.y() > size.x()) chart.map = turn(chart.map, std::numbers::pi / 2);
  }
  const Eigen::Vector2d low = box_of(chart.map).low;
  for (Eigen::Vector2d& p : chart.map) p -= low;
}

double area_of(const PackedChart& chart) {
  double sum = 0;
  for (const auto& [a, b, c] : chart.triangles) {
    const Eigen::Vector2d p = chart.map[b] - chart.map[a];
    const Eigen::Vector2d q = chart.map[c] - chart.map[a];
    sum += std::abs(p.x() * q.y() - p.y() * q.x()) / 2;
  }
  return sum;
}

struct Placement {
  int x = 0;
  int y = 0;
  int turns = 0;  // quarters, counter-clockwise
  int width = 0;  // of the mask before turning, in cells
  int height = 0;
};

class Packer {
 public:
  Packer(const std::vector<PackedChart>& charts, const PackingOptions& options)
      : charts_(charts),
        cells_(std::min(options.texture_size, kMostCells)),
        // Cells that a gap of so many texels needs.
        gap_((options.padding * cells_ + options.texture_size - 1) / options.texture_size),
        order_(charts.size()) {
    std::iota(order_.begin(), order_.end(), 0U);
    std::vector<double> extent;
    for (const PackedChart& chart : charts) extent.push_back(box_of(chart.map).size().prod());
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t p, std::size_t q) { return extent[p] > extent[q]; });
  }

  int cells() const { return cells_; }

  // Where every chart goes at `scale` cells per unit; none when one finds no room.
  std::optional<std::vector<Placement>> place(double scale) const {
    const std::vector<BitMask> masks = masks_at(scale);
    if (masks.empty()) return std::nullopt;
    BitMask taken(cells_, cells_);
    for (int i = 0; i < cells_; ++i) {
      for (int g = 0; g < gap_; ++g) {
        taken.set(i, g);
        taken.set(i, cells_ - 1 - g);
        taken.set(g, i);
        taken.set(cells_ - 1 - g, i);
      }
    }
    std::vector<Placement> placements(charts_.size());
    for (const std::size_t number : order_) {
      const PackedChart& chart = charts_[number];
      BitMask mask = masks[number];
      const auto found = find_room(taken, mask, chart.upright);
      if (!found) return std::nullopt;
      for (int i = 0; i < found->turns; ++i) mask = mask.turned();
      taken.add(mask.grown(gap_), found->x - gap_, found->y - gap_);
      placements[number] = *found;
    }
    return placements;
  }

 private:
  // The charts' masks; none when they cannot fit whatever their places: grown by half the gap they
  // still share no cell, so that their counts must go into what the border leaves.
  std::vector<BitMask> masks_at(double scale) const {
    const int half = gap_ / 2;
    const std::int64_t side = cells_ - 2 * gap_ + 2 * half;
    std::int64_t count = 0;
    std::vector<BitMask> masks;
    for (const PackedChart& chart : charts_) {
      const Eigen::Vector2d size = box_of(chart.map).size() * scale;
      if (size.maxCoeff() > cells_) return {};
      BitMask mask(int(std::floor(size.x())) + 1, int(std::floor(size.y())) + 1);
      for (const auto& [a, b, c] : chart.triangles) {
        mask.cover(scale * chart.map[a], scale * chart.map[b], scale * chart.map[c]);
      }
      count += mask.grown(half).count();
      if (count > side * side) return {};
      masks.push_back(std::move(mask));
    }
    return masks;
  }

  std::optional<Placement> find_room(const BitMask& taken, BitMask mask, bool upright) const {
    std::optional<Placement> best;
    const int width = mask.width();
    const int height = mask.height();
    int least_top = cells_ + 1;
    for (int turns = 0; turns < (upright ? 1 : 4); ++turns) {
      if (turns > 0) mask = mask.turned();
      if (const auto spot = lowest(taken, mask, least_top)) {
        least_top = spot->y() + mask.height();
        best = Placement{spot->x(), spot->y(), turns, width, height};
      }
    }
    return best;
  }

  // The lowest, then leftmost place whose top stays under `least_top`.
  std::optional<Eigen::Vector2i> lowest(const BitMask& taken, const BitMask& mask,
                                        int least_top) const {
    int hint = 0;
    const int last = std::min(cells_ - mask.height(), least_top - 1 - mask.height());
    for (int y = gap_; y <= last; ++y) {
      for (int x = gap_; x + mask.width() <= cells_; ++x) {
        if (!taken.meets(mask, x, y, hint)) return Eigen::Vector2i(x, y);
      }
    }
    return std::nullopt;
  }

  const std::vector<PackedChart>& charts_;
  int cells_;
  int gap_;
  std::vector<std::size_t> order_;
};

void move_into_place(PackedChart& chart, const Placement& placement, double scale, int cells) {
  double width = placement.width;
  double height = placement.height;
  for (Eigen::Vector2d& p : chart.map) p *= scale;
  for (int i = 0; i < placement.turns; ++i) {
    for (Eigen::Vector2d& p : chart.map) p = Eigen::Vector2d(height - p.y(), p.x());
    std::swap(width, height);
  }
  for (Eigen::Vector2d& p : chart.map) {
    p = (p + Eigen::Vector2d(placement.x, placement.y)) / double(cells);
  }
}

}  // namespace

void check_packing(const PackingOptions& options) {
  check(options.texture_size >= 16, ErrorCode::kBadUsage,
        "A texture of {} texels a side is too small; at least 16 are needed", options.texture_size);
  check(options.padding >= 0 && options.padding < options.texture_size / 4, ErrorCode::kBadUsage,
        "A padding of {} texels does not go with a texture of {}; it must be from 0 to {}",
        options.padding, options.texture_size, options.texture_size / 4 - 1);
}

double pack_charts(std::vector<PackedChart>& charts, const PackingOptions& options) {
  check_packing(options);
  if (charts.empty()) return 1;
  double area = 0;
  for (PackedChart& chart : charts) {
    align(chart);
    area += area_of(chart);
  }
  check(area > 0 && std::isfinite(area), ErrorCode::kBadUsage, "The charts have no area to pack");
  const Packer packer(charts, options);
  double scale = packer.cells() * std::sqrt(kHopedFor / area);
  // Down to a hundredth of what was hoped for.
  for (int attempt = 0; attempt < 230; ++attempt, scale *= kStep) {
    const auto placements = packer.place(scale);
    if (!placements) continue;
    for (std::size_t i = 0; i < charts.size(); ++i) {
      move_into_place(charts[i], (*placements)[i], scale, packer.cells());
    }
    return scale / packer.cells();
  }
  fail(
      ErrorCode::kBadUsage,
      "{} charts find no room in a texture of {} texels with a padding of {}; use a larger texture "
      "or less padding",
      charts.size(), options.texture_size, options.padding);
}

}  // namespace portrait

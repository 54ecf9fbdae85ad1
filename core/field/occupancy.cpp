// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/occupancy.h"

#include "core/base/error.h"
#include "core/field/evaluator.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// Marks the neighbours of occupied cells along one axis.
void dilate_axis(std::vector<std::uint8_t>& cells, int side, std::int64_t stride) {
  const std::vector<std::uint8_t> before = cells;
  for (std::int64_t i = 0; i < std::int64_t(cells.size()); ++i) {
    const std::int64_t place = i / stride % side;
    if ((place > 0 && before[i - stride]) || (place + 1 < side && before[i + stride])) cells[i] = 1;
  }
}

// s of a sample whose alpha over the reference step is the threshold: the inverse of
// density = softplus(s - 1).
float raw_of_threshold(const OccupancyOptions& options) {
  const double density = -std::log1p(-options.alpha_threshold) / options.reference_step;
  return float(std::log(std::expm1(density)) + 1);
}

// Marks the cells of one block of samples: cells first .. first + count - 1 along each axis.
void mark_block(const FieldEvaluator& evaluator, const OccupancyOptions& options,
                const std::vector<float>& line, const int (&first)[3], const int (&count)[3],
                float least, OccupancyGrid& grid) {
  const int s = options.samples_per_side;
  PointBlock block;
  for (int axis = 0; axis < 3; ++axis) {
    block.at[axis] = line.data() + first[axis] * s;
    block.size[axis] = count[axis] * s;
  }
  std::vector<float> raw(static_cast<std::size_t>(block.count()));
  evaluator.block(block, nullptr, raw.data(), nullptr);
  std::size_t i = 0;
  for (int z = 0; z < block.size[2]; ++z) {
    for (int y = 0; y < block.size[1]; ++y) {
      for (int x = 0; x < block.size[0]; ++x, ++i) {
        if (!(raw[i] > least)) continue;
        grid.occupied[(std::size_t(first[2] + z / s) * grid.cells + first[1] + y / s) * grid.cells +
                      first[0] + x / s] = 1;
      }
    }
  }
}

}  // namespace

double OccupancyGrid::fraction() const {
  if (occupied.empty()) return 0;
  return double(std::count(occupied.begin(), occupied.end(), 1)) / double(occupied.size());
}

OccupancyGrid build_occupancy(const Field& field, const OccupancyOptions& options) {
  return build_occupancy(FieldEvaluator(field), options);
}

OccupancyGrid build_occupancy(const FieldEvaluator& evaluator, const OccupancyOptions& options) {
  check(options.cells > 0 && options.samples_per_side > 0 && options.samples_per_side <= kBlockSide,
        ErrorCode::kBadUsage, "an occupancy grid of {} cells with {} samples per side",
        options.cells, options.samples_per_side);
  const at::NoGradGuard no_gradient;
  const double half = evaluator.field().frame.half_extent;
  OccupancyGrid grid;
  grid.cells = options.cells;
  grid.half_extent = half;
  grid.occupied.assign(std::size_t(options.cells) * options.cells * options.cells, 0);
  const int side = options.cells * options.samples_per_side;
  std::vector<float> line(static_cast<std::size_t>(side));
  for (int i = 0; i < side; ++i) line[std::size_t(i)] = float(((i + 0.5) / side * 2 - 1) * half);
  const float least = raw_of_threshold(options);
  const int step = kBlockSide / options.samples_per_side;  // cells
  const int blocks = (options.cells + step - 1) / step;
  // Blocks mark different cells.
  for_blocks(evaluator, std::int64_t(blocks) * blocks * blocks, [&](std::int64_t number) {
    const int place[3] = {int(number % blocks), int(number / blocks % blocks),
                          int(number / blocks / blocks)};
    int first[3];
    int count[3];
    for (int axis = 0; axis < 3; ++axis) {
      first[axis] = place[axis] * step;
      count[axis] = std::min(step, options.cells - first[axis]);
    }
    mark_block(evaluator, options, line, first, count, least, grid);
  });
  for (int round = 0; round < options.dilate; ++round) {
    dilate_axis(grid.occupied, grid.cells, 1);
    dilate_axis(grid.occupied, grid.cells, grid.cells);
    dilate_axis(grid.occupied, grid.cells, std::int64_t(grid.cells) * grid.cells);
  }
  return grid;
}

const OccupancyGrid& LiveOccupancy::at_step(int step, const Field& field) {
  if (grid_.cells == 0 || step < built_at_ || step >= built_at_ + refresh_every_) {
    grid_ = build_occupancy(field, options_);
    built_at_ = step - step % refresh_every_;
  }
  return grid_;
}

}  // namespace portrait

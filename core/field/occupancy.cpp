// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/occupancy.h"

#include "core/base/error.h"
#include "core/field/evaluator.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait {
namespace {

// Marks the neighbours of marked cells along the axis whose cells lie `stride` apart.
void dilate_axis(std::vector<std::uint8_t>& cells, std::size_t side, std::size_t stride) {
  const std::vector<std::uint8_t> before = cells;
  const std::size_t line = side * stride;
  for (std::size_t first = 0; first < cells.size(); first += line) {
    for (std::size_t i = first; i < first + line - stride; ++i) {
      cells[i] |= before[i + stride];
      cells[i + stride] |= before[i];
    }
  }
}

void dilate(std::vector<std::uint8_t>& cells, int side) {
  const auto n = static_cast<std::size_t>(side);
  for (const std::size_t stride : {std::size_t(1), n, n * n}) dilate_axis(cells, n, stride);
}

// s of a sample whose alpha over the reference step is the threshold: the inverse of
// density = softplus(s - 1).
float raw_of_threshold(const OccupancyOptions& options) {
  const double density = -std::log1p(-options.alpha_threshold) / options.reference_step;
  return float(std::log(std::expm1(density)) + 1);
}

// The lattice of samples: places along an axis, and which of them hold matter.
struct Lattice {
  int side = 0;
  std::vector<float> line;            // [side]
  std::vector<std::uint8_t> matter;  // [side^3]

  std::size_t at(int x, int y, int z) const {
    return (std::size_t(z) * side + y) * side + x;
  }
};

// Finds matter at every `step`-th sample, those alone of which wanted(x, y, z).
template <class Wanted>
void find_matter(const FieldEvaluator& evaluator, float least, int step, const Wanted& wanted,
                 Lattice& lattice) {
  std::vector<float> line;
  for (int i = 0; i < lattice.side; i += step) line.push_back(lattice.line[std::size_t(i)]);
  const int side = static_cast<int>(line.size());
  const int blocks = (side + kBlockSide - 1) / kBlockSide;
  // Blocks mark different samples.
  for_blocks(evaluator, std::int64_t(blocks) * blocks * blocks, [&](std::int64_t number) {
    const int first[3] = {int(number % blocks) * kBlockSide,
                          int(number / blocks % blocks) * kBlockSide,
                          int(number / blocks / blocks) * kBlockSide};
    PointBlock block;
    for (int axis = 0; axis < 3; ++axis) {
      block.at[axis] = line.data() + first[axis];
      block.size[axis] = std::min(kBlockSide, side - first[axis]);
    }
    std::array<std::uint8_t, kBlockSide * kBlockSide * kBlockSide> chosen;
    const auto for_each = [&](const auto& body) {
      std::size_t i = 0;
      for (int z = 0; z < block.size[2]; ++z) {
        for (int y = 0; y < block.size[1]; ++y) {
          for (int x = 0; x < block.size[0]; ++x, ++i) {
            body(i, (first[0] + x) * step, (first[1] + y) * step, (first[2] + z) * step);
          }
        }
      }
    };
    bool any = false;
    for_each([&](std::size_t i, int x, int y, int z) {
      chosen[i] = wanted(x, y, z);
      any = any || chosen[i] != 0;
    });
    if (!any) return;
    std::array<float, kBlockSide * kBlockSide * kBlockSide> raw;
    evaluator.block(block, chosen.data(), raw.data(), nullptr);
    for_each([&](std::size_t i, int x, int y, int z) {
      if (chosen[i] && raw[i] > least) lattice.matter[lattice.at(x, y, z)] = 1;
    });
  });
}

void find_all_matter(const FieldEvaluator& evaluator, float least, Lattice& lattice) {
  constexpr int kStep = 2;
  find_matter(evaluator, least, kStep, [](int, int, int) { return true; }, lattice);
  const int side = (lattice.side + kStep - 1) / kStep;
  std::vector<std::uint8_t> near(std::size_t(side) * side * side);
  const auto near_at = [&](int x, int y, int z) -> std::uint8_t& {
    return near[(std::size_t(z / kStep) * side + y / kStep) * side + x / kStep];
  };
  for (int z = 0; z < lattice.side; z += kStep) {
    for (int y = 0; y < lattice.side; y += kStep) {
      for (int x = 0; x < lattice.side; x += kStep) {
        near_at(x, y, z) = lattice.matter[lattice.at(x, y, z)];
      }
    }
  }
  dilate(near, side);
  find_matter(evaluator, least, 1, [&](int x, int y, int z) {
    const bool known = x % kStep == 0 && y % kStep == 0 && z % kStep == 0;
    return !known && near_at(x, y, z) != 0;
  }, lattice);
}

// Cells that hold a sample with matter.
void mark_cells(const Lattice& lattice, int samples_per_side, OccupancyGrid& grid) {
  for (int z = 0; z < lattice.side; ++z) {
    for (int y = 0; y < lattice.side; ++y) {
      const std::size_t row = (std::size_t(z / samples_per_side) * grid.cells +
                               y / samples_per_side) * grid.cells;
      for (int x = 0; x < lattice.side; ++x) {
        grid.occupied[row + std::size_t(x / samples_per_side)] |=
            lattice.matter[lattice.at(x, y, z)];
      }
    }
  }
}

void mark_blocks(OccupancyGrid& grid) {
  const int side = grid.blocks();
  grid.occupied_blocks.assign(std::size_t(side) * side * side, 0);
  for (int z = 0; z < grid.cells; ++z) {
    for (int y = 0; y < grid.cells; ++y) {
      const std::size_t row =
          (std::size_t(z / OccupancyGrid::kBlock) * side + y / OccupancyGrid::kBlock) * side;
      for (int x = 0; x < grid.cells; ++x) {
        grid.occupied_blocks[row + std::size_t(x / OccupancyGrid::kBlock)] |=
            std::uint8_t(grid.at(x, y, z));
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
  check(options.cells > 0 && options.samples_per_side > 0, ErrorCode::kBadUsage, "an occupancy grid of {} cells with {} samples per side",
        options.cells, options.samples_per_side);
  const at::NoGradGuard no_gradient;
  const double half = evaluator.field().frame.half_extent;
  OccupancyGrid grid;
  grid.cells = options.cells;
  grid.half_extent = half;
  grid.occupied.assign(std::size_t(options.cells) * options.cells * options.cells, 0);
  Lattice lattice;
  lattice.side = options.cells * options.samples_per_side;
  lattice.matter.assign(std::size_t(lattice.side) * lattice.side * lattice.side, 0);
  for (int i = 0; i < lattice.side; ++i) {
    lattice.line.push_back(float(((i + 0.5) / lattice.side * 2 - 1) * half));
  }
  find_all_matter(evaluator, raw_of_threshold(options), lattice);
  mark_cells(lattice, options.samples_per_side, grid);
  for (int round = 0; round < options.dilate; ++round) dilate(grid.occupied, grid.cells);
  mark_blocks(grid);
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

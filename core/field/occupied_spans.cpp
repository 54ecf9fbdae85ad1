// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/thread_pool.h"
#include "core/field/occupancy.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr std::int64_t kRayGrain = 256;
constexpr std::int64_t kLookUpGrain = 8192;

// Walks the cells of a ray from t = begin on (Amanatides and Woo 1987), forwards or backwards;
// calls visit(cell occupied, t at which the cell ends) until it returns false.
class CellWalk {
 public:
  // occupied [side^3], cells of `size` from the corner -half_extent on.
  CellWalk(const std::uint8_t* occupied, int side, double size, double half_extent,
           const float* origin, const float* direction)
      : occupied_(occupied), side_(side) {
    for (int axis = 0; axis < 3; ++axis) {
      origin_[axis] = (double(origin[axis]) + half_extent) / size;
      direction_[axis] = double(direction[axis]) / size;
    }
  }

  // t at which the walk from `from` towards `to` enters its first occupied cell; NaN: none.
  double first_occupied(double from, double to) const {
    const double sign = to >= from ? 1 : -1;
    int cell[3];
    double next[3];
    double step_t[3];
    int step[3];
    for (int axis = 0; axis < 3; ++axis) {
      const double position = origin_[axis] + from * direction_[axis];
      const double speed = sign * direction_[axis];
      cell[axis] = std::clamp(int(std::floor(position)), 0, side_ - 1);
      step[axis] = speed > 0 ? 1 : -1;
      if (std::abs(speed) < 1e-12) {
        next[axis] = step_t[axis] = kNever;
      } else {
        step_t[axis] = 1 / std::abs(speed);
        next[axis] = ((cell[axis] + (speed > 0 ? 1 : 0)) - position) / speed;
      }
    }
    const double length = std::abs(to - from);
    double walked = 0;
    while (walked <= length) {
      if (occupied_[(std::size_t(cell[2]) * side_ + cell[1]) * side_ + cell[0]]) {
        return from + sign * std::max(walked, 0.0);
      }
      const int axis = next[0] < next[1] ? (next[0] < next[2] ? 0 : 2)
                                         : (next[1] < next[2] ? 1 : 2);
      walked = next[axis];
      next[axis] += step_t[axis];
      cell[axis] += step[axis];
      if (cell[axis] < 0 || cell[axis] >= side_) break;
    }
    return std::nan("");
  }

 private:
  static constexpr double kNever = 1e30;
  const std::uint8_t* occupied_;
  int side_;
  double origin_[3];     // in cells
  double direction_[3];  // cells per unit of t
};

// Part of a ray inside the box round all occupied blocks, which most rays that miss the head miss
// too: no walk for them.
class OccupiedBox {
 public:
  explicit OccupiedBox(const OccupancyGrid& grid) {
    const int side = grid.blocks();
    if (grid.occupied_blocks.empty()) {
      for (int axis = 0; axis < 3; ++axis) widen(axis, -grid.half_extent, grid.half_extent);
      return;
    }
    const double size = 2 * grid.half_extent / grid.cells * OccupancyGrid::kBlock;
    std::size_t i = 0;
    for (int z = 0; z < side; ++z) {
      for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x, ++i) {
          if (!grid.occupied_blocks[i]) continue;
          const int place[3] = {x, y, z};
          for (int axis = 0; axis < 3; ++axis) {
            const double corner = place[axis] * size - grid.half_extent;
            widen(axis, corner, std::min(corner + size, grid.half_extent));
          }
        }
      }
    }
  }

  void clip(const float* origin, const float* direction, double& from, double& to) const {
    for (int axis = 0; axis < 3; ++axis) {
      // A ray along a side divides by zero on purpose: infinities compare as they should.
      const double a = (low_[axis] - origin[axis]) / double(direction[axis]);
      const double b = (high_[axis] - origin[axis]) / double(direction[axis]);
      if (std::isnan(a) || std::isnan(b)) continue;
      from = std::max(from, std::min(a, b));
      to = std::min(to, std::max(a, b));
    }
  }

 private:
  void widen(int axis, double low, double high) {
    low_[axis] = std::min(low_[axis], low);
    high_[axis] = std::max(high_[axis], high);
  }

  double low_[3] = {1e30, 1e30, 1e30};
  double high_[3] = {-1e30, -1e30, -1e30};
};

// The two walks of a ray: through blocks of cells up to the first that holds matter, and on from
// there through the cells.
class SpanWalk {
 public:
  SpanWalk(const OccupancyGrid& grid, const float* origin, const float* direction)
      : cells_(grid.occupied.data(), grid.cells, cell_size(grid), grid.half_extent, origin,
               direction),
        blocks_(grid.occupied_blocks.data(), grid.blocks(),
                cell_size(grid) * OccupancyGrid::kBlock, grid.half_extent, origin, direction),
        has_blocks_(!grid.occupied_blocks.empty()) {}

  // As CellWalk::first_occupied.
  double first_occupied(double from, double to) const {
    const double block = has_blocks_ ? blocks_.first_occupied(from, to) : from;
    return std::isnan(block) ? block : cells_.first_occupied(block, to);
  }

 private:
  static double cell_size(const OccupancyGrid& grid) { return 2 * grid.half_extent / grid.cells; }

  CellWalk cells_;
  CellWalk blocks_;
  bool has_blocks_;
};

}  // namespace

RayRanges clip_to_occupied(const OccupancyGrid& grid, const Rays& rays, const RayRanges& ranges) {
  const RayRanges inside = box_ranges(rays, grid.half_extent);
  const Tensor near = at::maximum(ranges.near, inside.near).to(at::kCPU, at::kFloat).contiguous();
  const Tensor far = at::minimum(ranges.far, inside.far).to(at::kCPU, at::kFloat).contiguous();
  const Tensor origins = rays.origins.to(at::kCPU, at::kFloat).contiguous();
  const Tensor directions = rays.directions.to(at::kCPU, at::kFloat).contiguous();
  const Tensor first = at::zeros_like(near);
  const Tensor last = at::zeros_like(far);
  const Tensor hit = at::logical_and(ranges.hit, inside.hit).to(at::kCPU).contiguous();
  float* first_out = first.data_ptr<float>();
  float* last_out = last.data_ptr<float>();
  bool* hit_out = hit.data_ptr<bool>();
  const OccupiedBox box(grid);
  parallel_for(rays.count(), kRayGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (!hit_out[i]) continue;
      const SpanWalk walk(grid, origins.data_ptr<float>() + 3 * i,
                          directions.data_ptr<float>() + 3 * i);
      double from = near.data_ptr<float>()[i];
      double to = far.data_ptr<float>()[i];
      box.clip(origins.data_ptr<float>() + 3 * i, directions.data_ptr<float>() + 3 * i, from, to);
      const double a = from < to ? walk.first_occupied(from, to) : std::nan("");
      if (std::isnan(a)) {
        hit_out[i] = false;
        continue;
      }
      const double b = walk.first_occupied(to, from);
      first_out[i] = float(a);
      last_out[i] = float(std::isnan(b) ? to : std::max(b, a));
    }
  });
  return {first.to(ranges.near.options()), last.to(ranges.far.options()),
          hit.to(ranges.hit.device())};
}

Tensor occupied_points(const OccupancyGrid& grid, const Tensor& points) {
  const Tensor from = points.to(at::kCPU, at::kFloat).contiguous();
  std::vector<std::int64_t> sizes = from.sizes().vec();
  sizes.pop_back();
  const Tensor result = at::empty(sizes, at::kBool);
  const float* p = from.data_ptr<float>();
  bool* out = result.data_ptr<bool>();
  const float half = float(grid.half_extent);
  const float scale = float(grid.cells / (2 * grid.half_extent));
  parallel_for(result.numel(), kLookUpGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      bool inside = true;
      int cell[3];
      for (int axis = 0; axis < 3; ++axis) {
        const float place = (p[3 * i + axis] + half) * scale;
        inside = inside && place >= 0 && place <= float(grid.cells);
        cell[axis] = inside ? std::min(int(place), grid.cells - 1) : 0;
      }
      out[i] = inside && grid.at(cell[0], cell[1], cell[2]);
    }
  });
  return result.to(points.device());
}

}  // namespace portrait

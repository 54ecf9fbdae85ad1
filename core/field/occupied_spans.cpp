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
  CellWalk(const OccupancyGrid& grid, const float* origin, const float* direction)
      : grid_(grid), size_(2 * grid.half_extent / grid.cells) {
    for (int axis = 0; axis < 3; ++axis) {
      origin_[axis] = (double(origin[axis]) + grid.half_extent) / size_;
      direction_[axis] = double(direction[axis]) / size_;
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
      cell[axis] = std::clamp(int(std::floor(position)), 0, grid_.cells - 1);
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
      if (grid_.at(cell[0], cell[1], cell[2])) return from + sign * std::max(walked, 0.0);
      const int axis = next[0] < next[1] ? (next[0] < next[2] ? 0 : 2)
                                         : (next[1] < next[2] ? 1 : 2);
      walked = next[axis];
      next[axis] += step_t[axis];
      cell[axis] += step[axis];
      if (cell[axis] < 0 || cell[axis] >= grid_.cells) break;
    }
    return std::nan("");
  }

 private:
  static constexpr double kNever = 1e30;
  const OccupancyGrid& grid_;
  double size_;
  double origin_[3];     // in cells
  double direction_[3];  // cells per unit of t
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
  parallel_for(rays.count(), kRayGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (!hit_out[i]) continue;
      const CellWalk walk(grid, origins.data_ptr<float>() + 3 * i,
                          directions.data_ptr<float>() + 3 * i);
      const double from = near.data_ptr<float>()[i];
      const double to = far.data_ptr<float>()[i];
      const double a = walk.first_occupied(from, to);
      if (to <= from || std::isnan(a)) {
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

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/query.h"

#include "core/base/error.h"
#include "core/field/evaluator.h"
#include "core/nn/check_shape.h"

#include <algorithm>

namespace portrait {
namespace {

constexpr std::int64_t kChunk = 32768;  // points, so that the hidden layer stays near the cache

template <typename Body>
void in_chunks(std::int64_t count, const Body& body) {
  for (std::int64_t begin = 0; begin < count; begin += kChunk) {
    body(begin, std::min(kChunk, count - begin));
  }
}

}  // namespace

QueryResult query_points(const Field& field, const Tensor& points, const QueryOptions& options) {
  check_shape(points, {-1, 3}, "points");
  const at::NoGradGuard no_gradient;
  const FieldEvaluator evaluator(field);
  const std::int64_t count = points.size(0);
  QueryResult result;
  result.density = at::empty({count}, points.options());
  if (options.want_colour) result.rgb = at::empty({count, 3}, points.options());
  if (options.want_normals) result.normals = at::empty({count, 3}, points.options());
  in_chunks(count, [&](std::int64_t begin, std::int64_t length) {
    const Tensor part = points.narrow(0, begin, length);
    Tensor raw;
    if (options.want_colour) {
      const FieldEvaluator::Values values = evaluator.values(part);
      raw = values.raw;
      result.rgb.narrow(0, begin, length).copy_(values.colours.narrow(1, 0, 3));
    } else {
      raw = evaluator.raw(part);
    }
    result.density.narrow(0, begin, length).copy_(density_of_raw(raw));
    if (options.want_normals) {
      const Tensor gradient = evaluator.raw_gradient(part);
      result.normals.narrow(0, begin, length)
          .copy_(gradient / gradient.norm(2, 1, true).clamp_min(1e-12).neg());
    }
  });
  return result;
}

Tensor raw_density_gradient(const Field& field, const Tensor& points) {
  check_shape(points, {-1, 3}, "points");
  const at::NoGradGuard no_gradient;
  const FieldEvaluator evaluator(field);
  const Tensor result = at::empty_like(points);
  in_chunks(points.size(0), [&](std::int64_t begin, std::int64_t length) {
    result.narrow(0, begin, length).copy_(evaluator.raw_gradient(points.narrow(0, begin, length)));
  });
  return result;
}

Eigen::AlignedBox3f occupied_box(const OccupancyGrid& grid) {
  Eigen::AlignedBox3f box;
  const float size = float(2 * grid.half_extent / grid.cells);
  const Eigen::Vector3f corner = Eigen::Vector3f::Constant(float(-grid.half_extent));
  for (int z = 0; z < grid.cells; ++z) {
    for (int y = 0; y < grid.cells; ++y) {
      for (int x = 0; x < grid.cells; ++x) {
        if (!grid.at(x, y, z)) continue;
        const Eigen::Vector3f low = corner + size * Eigen::Vector3f(float(x), float(y), float(z));
        box.extend(low);
        box.extend(low + Eigen::Vector3f::Constant(size));
      }
    }
  }
  return box;
}

DensityGrid sample_density_grid(const Field& field, const Eigen::AlignedBox3f& box,
                                const Eigen::Vector3i& dims) {
  return sample_density_grid(field, box, dims, build_occupancy(field));
}

DensityGrid sample_density_grid(const Field& field, const Eigen::AlignedBox3f& box,
                                const Eigen::Vector3i& dims, const OccupancyGrid& occupancy) {
  check(dims.minCoeff() >= 2, ErrorCode::kBadUsage,
        "a density grid of {}x{}x{} nodes; each side needs at least 2", dims.x(), dims.y(),
        dims.z());
  const at::NoGradGuard no_gradient;
  DensityGrid grid{box, dims, {}};
  const std::int64_t layer = std::int64_t(dims.x()) * dims.y();
  grid.density.assign(std::size_t(layer * dims.z()), 0.0F);
  const FieldEvaluator evaluator(field);
  const auto device = field.device();
  const Eigen::Vector3f spacing = grid.spacing();
  std::vector<float> points;
  std::vector<std::size_t> places;
  const auto flush = [&] {
    if (places.empty()) return;
    const Tensor at_points =
        at::from_blob(points.data(), {std::int64_t(places.size()), 3}, at::kFloat).to(device);
    const Tensor density = density_of_raw(evaluator.raw(at_points)).to(at::kCPU).contiguous();
    for (std::size_t i = 0; i < places.size(); ++i) {
      grid.density[places[i]] = density.data_ptr<float>()[i];
    }
    points.clear();
    places.clear();
  };
  const float half = float(occupancy.half_extent);
  const float scale = float(occupancy.cells / (2 * occupancy.half_extent));
  const auto occupied = [&](const Eigen::Vector3f& p) {
    const Eigen::Vector3f cell = (p.array() + half).matrix() * scale;
    if (cell.minCoeff() < 0 || cell.maxCoeff() > float(occupancy.cells)) return false;
    const Eigen::Vector3i c = cell.cast<int>().cwiseMin(occupancy.cells - 1);
    return occupancy.at(c.x(), c.y(), c.z());
  };
  for (int z = 0; z < dims.z(); ++z) {
    for (int y = 0; y < dims.y(); ++y) {
      for (int x = 0; x < dims.x(); ++x) {
        const Eigen::Vector3f p =
            box.min() + Eigen::Vector3i(x, y, z).cast<float>().cwiseProduct(spacing);
        if (!occupied(p)) continue;
        points.insert(points.end(), {p.x(), p.y(), p.z()});
        places.push_back(grid.index(x, y, z));
        if (std::int64_t(places.size()) == kChunk) flush();
      }
    }
  }
  flush();
  return grid;
}

}  // namespace portrait

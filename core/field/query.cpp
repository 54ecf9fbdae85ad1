// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/query.h"

#include "core/base/error.h"
#include "core/field/evaluator.h"
#include "core/nn/check_shape.h"

#include <algorithm>
#include <array>
#include <vector>

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
  const Eigen::Vector3f spacing = grid.spacing();
  // Node coordinates along each axis, and the occupancy's cells they lie in; -1: outside.
  std::array<std::vector<float>, 3> line;
  std::array<std::vector<int>, 3> cell;
  const float scale = float(occupancy.cells / (2 * occupancy.half_extent));
  for (int axis = 0; axis < 3; ++axis) {
    for (int i = 0; i < dims[axis]; ++i) {
      const float p = box.min()[axis] + float(i) * spacing[axis];
      const float place = (p + float(occupancy.half_extent)) * scale;
      const bool inside = place >= 0 && place <= float(occupancy.cells);
      line[std::size_t(axis)].push_back(p);
      cell[std::size_t(axis)].push_back(inside ? std::min(int(place), occupancy.cells - 1) : -1);
    }
  }
  const Eigen::Vector3i blocks = (dims.array() + (kBlockSide - 1)) / kBlockSide;
  for_blocks(evaluator, blocks.cast<std::int64_t>().prod(), [&](std::int64_t number) {
    const Eigen::Vector3i first =
        Eigen::Vector3i(int(number % blocks.x()), int(number / blocks.x() % blocks.y()),
                        int(number / blocks.x() / blocks.y())) *
        kBlockSide;
    PointBlock block;
    for (int axis = 0; axis < 3; ++axis) {
      block.at[axis] = line[std::size_t(axis)].data() + first[axis];
      block.size[axis] = std::min(kBlockSide, dims[axis] - first[axis]);
    }
    std::array<std::uint8_t, kBlockSide * kBlockSide * kBlockSide> wanted;
    std::array<float, kBlockSide * kBlockSide * kBlockSide> density;
    std::size_t i = 0;
    bool any = false;
    for (int z = first.z(); z < first.z() + block.size[2]; ++z) {
      for (int y = first.y(); y < first.y() + block.size[1]; ++y) {
        for (int x = first.x(); x < first.x() + block.size[0]; ++x, ++i) {
          const Eigen::Vector3i c(cell[0][std::size_t(x)], cell[1][std::size_t(y)],
                                  cell[2][std::size_t(z)]);
          wanted[i] = c.minCoeff() >= 0 && occupancy.at(c.x(), c.y(), c.z());
          any = any || wanted[i] != 0;
        }
      }
    }
    if (!any) return;
    density.fill(0);
    evaluator.block(block, wanted.data(), density.data(), nullptr);
    densities_of_raw(density.data(), block.count(), density.data());
    i = 0;
    for (int z = first.z(); z < first.z() + block.size[2]; ++z) {
      for (int y = first.y(); y < first.y() + block.size[1]; ++y) {
        for (int x = first.x(); x < first.x() + block.size[0]; ++x, ++i) {
          if (wanted[i]) grid.density[grid.index(x, y, z)] = density[i];
        }
      }
    }
  });
  return grid;
}

}  // namespace portrait

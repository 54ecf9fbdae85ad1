// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/density_grid.h"
#include "core/field/field.h"
#include "core/field/occupancy.h"

namespace portrait {

struct QueryOptions {
  bool want_colour = true;
  bool want_normals = false;
};

struct QueryResult {
  Tensor density;  // [N], sigma per unit of length
  Tensor rgb;      // [N,3] about [0,1], as rendered; on demand
  Tensor normals;  // [N,3] unit, world, out of matter (zero where s is flat); on demand
};

// The field at points [N,3] (world, float, on the field's device), in chunks, without gradients.
QueryResult query_points(const Field& field, const Tensor& points,
                         const QueryOptions& options = {});

// Gradient of the raw density s at points [N,3] by differences over about one texel (four
// evaluations on a tetrahedron), without autograd. [N,3], s per unit of length.
Tensor raw_density_gradient(const Field& field, const Tensor& points);

// The box round all matter, from an occupancy grid; empty when there is none.
Eigen::AlignedBox3f occupied_box(const OccupancyGrid& grid);

// Densities on the nodes of `box`, evaluated near matter only (by an occupancy grid of the field);
// nodes elsewhere hold 0. Throws kBadUsage when a dimension is below 2.
DensityGrid sample_density_grid(const Field& field, const Eigen::AlignedBox3f& box,
                                const Eigen::Vector3i& dims);
DensityGrid sample_density_grid(const Field& field, const Eigen::AlignedBox3f& box,
                                const Eigen::Vector3i& dims, const OccupancyGrid& occupancy);

}  // namespace portrait

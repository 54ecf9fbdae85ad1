// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/chart_mesh.h"

#include <Eigen/Core>

#include <vector>

namespace portrait {

// One place in the plane per vertex of a chart, y upward, in world units: triangles that wind
// counter-clockwise seen from outside do so in the plane.
using FlatMap = std::vector<Eigen::Vector2d>;

// Least squares conformal map (Levy et al., SIGGRAPH 2002) of a disk, which may have holes: angles
// change as little as possible, the border is free. In complex numbers, which makes the normal
// equations Hermitian with one unknown per vertex; two border vertices that lie far apart are
// pinned at their distance in space. The map of a developable surface is exact. Scaled to the
// chart's area. It may turn triangles over, which flipped_triangles counts. Throws kBadUsage when
// the chart is closed or has handles, kNumerical when the equations cannot be solved.
FlatMap conformal_map(const TriangleMesh& mesh, const ChartMesh& chart);

// Convex combination map (Tutte 1963, uniform weights): the border
// on a circle by its lengths, so that no triangle of a disk turns over; badly stretched, and meant
// to be relaxed. Scaled to the chart's area. Throws as conformal_map does.
FlatMap convex_map(const TriangleMesh& mesh, const ChartMesh& chart);

// The derivative of the map from a triangle laid flat to the plane.
Eigen::Matrix2d derivative(const ChartMesh& chart, const FlatMap& map, std::size_t triangle);

// Triangles with no positive area in the plane.
int flipped_triangles(const ChartMesh& chart, const FlatMap& map);

// Scales the map about the origin so that its area is the chart's area in space.
void scale_to_area(const ChartMesh& chart, FlatMap& map);

}  // namespace portrait

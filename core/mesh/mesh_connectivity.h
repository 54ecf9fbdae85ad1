// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <cstdint>
#include <vector>

namespace portrait {

// For every vertex the number of its connected component (through triangles), counted from 0 in
// the order of their first vertex; -1 for vertices without a triangle.
struct Components {
  std::vector<std::int32_t> of_vertex;
  int count = 0;
};
Components connected_components(const TriangleMesh& mesh);

// Six times the signed volume that a triangle spans with the origin.
double six_volumes(const TriangleMesh& mesh, const std::array<std::uint32_t, 3>& triangle);
// Twice the area of a triangle.
double twice_area(const TriangleMesh& mesh, const std::array<std::uint32_t, 3>& triangle);

// Drops vertices that no triangle uses, keeping the order of the others.
void drop_unused_vertices(TriangleMesh& mesh);

}  // namespace portrait

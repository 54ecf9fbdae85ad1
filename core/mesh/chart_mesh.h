// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace portrait {

// A triangle laid flat with its lengths kept: corner 0 at the origin, corner 1 at (length, 0),
// corner 2 at (x, height). A triangle without area is given a thousandth of its longest side as
// height (and as length), so that every map of it is defined.
struct FlatTriangle {
  double length = 1;
  double x = 0;
  double height = 1;

  double area() const { return length * height / 2; }
  // Gradient of the function that is 1 at corner i and 0 at the others.
  Eigen::Vector2d gradient(int i) const;
};

// A piece of a surface on its own, cut open along its border and its seams: vertices are those
// places where corners of triangles meet across sides that are not cut, so that the piece touches
// itself nowhere and every vertex has one fan.
struct ChartMesh {
  std::vector<std::uint32_t> mesh_triangles;  // of each triangle, the triangle of the whole mesh
  std::vector<std::uint32_t> mesh_vertices;   // of each vertex, the vertex of the whole mesh
  std::vector<std::array<std::uint32_t, 3>> triangles;
  std::vector<FlatTriangle> shapes;                 // one per triangle, in world units
  std::vector<std::vector<std::uint32_t>> borders;  // closed loops, longest (in edges) first
  int euler_characteristic = 0;                     // vertices - edges + triangles

  int handles() const { return (2 - int(borders.size()) - euler_characteristic) / 2; }
  bool is_disk() const { return borders.size() == 1 && euler_characteristic == 1; }
  double area() const;
};

// Puts the given triangles together. `opposite` as opposite_sides gives it; side s is cut when
// cut[s] is set or its opposite is not among the triangles.
ChartMesh make_chart_mesh(const TriangleMesh& mesh, const std::vector<std::uint32_t>& opposite,
                          const std::vector<std::uint8_t>& cut,
                          const std::vector<std::uint32_t>& triangles);

}  // namespace portrait

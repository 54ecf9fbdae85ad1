// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <cstdint>

namespace portrait {

// What can be said of a mesh before it leaves the studio.
struct MeshReport {
  std::int64_t triangles = 0;
  std::int64_t vertices = 0;
  int components = 0;
  std::int64_t boundary_edges = 0;      // edges with one triangle
  std::int64_t non_manifold_edges = 0;  // edges with three or more, or two that wind alike
  std::int64_t degenerate_triangles = 0;
  int euler_characteristic = 0;  // vertices - edges + triangles; a sphere has 2
  bool watertight = false;       // no boundary and no non-manifold edge
  bool finite = false;           // every position, normal and colour
  double area = 0;               // square world units
  double volume = 0;             // cubic world units, positive when normals point outward
  Eigen::Vector3f low = Eigen::Vector3f::Zero();
  Eigen::Vector3f high = Eigen::Vector3f::Zero();
  double height_mm = 0;  // extent along Y, 1 unit = 400 mm
};

MeshReport inspect_mesh(const TriangleMesh& mesh);

}  // namespace portrait

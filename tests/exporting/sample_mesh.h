// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

namespace portrait {

// A tetrahedron with normals and one colour per corner.
inline TriangleMesh sample_mesh() {
  TriangleMesh mesh;
  mesh.positions = {{-0.4F, -0.25F, 0.1F}, {0.3F, -0.2F, 0.1F}, {0, 0.45F, 0}, {0, 0, 0.5F}};
  mesh.triangles = {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {2, 0, 3}};
  mesh.colours = {{1, 0, 0}, {0, 0.5F, 0}, {0, 0, 0.2F}, {0.03F, 0.04F, 0.9F}};
  compute_normals(mesh);
  return mesh;
}

}  // namespace portrait

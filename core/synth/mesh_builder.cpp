// SPDX-License-Identifier: Apache-2.0
#include "core/synth/mesh_builder.h"

#include <Eigen/Geometry>

namespace portrait {

void MeshBuilder::smooth_normals(std::size_t first_vertex, std::size_t first_triangle) {
  for (std::size_t v = first_vertex; v < vertices.size(); ++v) vertices[v].normal.setZero();
  for (std::size_t t = first_triangle; t < triangles.size(); ++t) {
    const Triangle& c = triangles[t];
    const Eigen::Vector3f& a = vertices[c[0]].position;
    const Eigen::Vector3f normal = (vertices[c[1]].position - a).cross(vertices[c[2]].position - a);
    for (std::uint32_t v : c) vertices[v].normal += normal;
  }
  for (std::size_t v = first_vertex; v < vertices.size(); ++v) {
    const float length = vertices[v].normal.norm();
    vertices[v].normal =
        length > 1e-12F ? Eigen::Vector3f(vertices[v].normal / length) : Eigen::Vector3f::UnitY();
  }
}

}  // namespace portrait

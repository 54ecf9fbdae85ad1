// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/triangle_mesh.h"

#include "core/base/error.h"
#include "core/image/colour.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <limits>

namespace portrait {

void compute_normals(TriangleMesh& mesh) {
  // Serial and in triangle order: the sums must not depend on the number of threads.
  mesh.normals.assign(mesh.positions.size(), Eigen::Vector3f::Zero());
  for (const auto& t : mesh.triangles) {
    const Eigen::Vector3f& a = mesh.positions[t[0]];
    const Eigen::Vector3f twice_area = (mesh.positions[t[1]] - a).cross(mesh.positions[t[2]] - a);
    for (const std::uint32_t v : t) mesh.normals[v] += twice_area;
  }
  for (Eigen::Vector3f& n : mesh.normals) {
    const float length = n.norm();
    n = length > std::numeric_limits<float>::min() ? Eigen::Vector3f(n / length)
                                                   : Eigen::Vector3f::UnitZ();
  }
}

void colour_vertices(TriangleMesh& mesh, const VertexColourFunction& colour, std::size_t batch) {
  check(batch > 0, ErrorCode::kBadUsage, "colour_vertices needs a batch of at least one vertex");
  std::vector<Eigen::Vector3f> linear;
  linear.reserve(mesh.positions.size());
  std::vector<Eigen::Vector3f> run;
  std::vector<Eigen::Vector3f> srgb;
  for (std::size_t first = 0; first < mesh.positions.size(); first += batch) {
    const std::size_t last = std::min(first + batch, mesh.positions.size());
    run.assign(mesh.positions.begin() + static_cast<std::ptrdiff_t>(first),
               mesh.positions.begin() + static_cast<std::ptrdiff_t>(last));
    srgb.assign(run.size(), Eigen::Vector3f::Zero());
    colour(run, srgb);
    check(srgb.size() == run.size(), ErrorCode::kInternal, "{} colours came back for {} vertices",
          srgb.size(), run.size());
    for (const Eigen::Vector3f& c : srgb) {
      linear.push_back(c.cwiseMax(0.0F).cwiseMin(1.0F).unaryExpr(&linear_of_srgb));
    }
  }
  mesh.colours = std::move(linear);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/tangents.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait {
namespace {

Eigen::Vector3d in_plane_of(const Eigen::Vector3d& normal, const Eigen::Vector3d& direction) {
  return direction - normal * normal.dot(direction);
}

struct Sum {
  Eigen::Vector3d along_u = Eigen::Vector3d::Zero();
  double orientation = 0;  // positive: the picture is seen from outside as it is
};

class Triangle {
 public:
  Triangle(const TriangleMesh& mesh, const std::array<std::uint32_t, 3>& corners) {
    std::array<Eigen::Vector2d, 3> places;
    for (int c = 0; c < 3; ++c) {
      points_[c] = mesh.positions[corners[c]].cast<double>();
      places[c] = mesh.texcoords[corners[c]].cast<double>();
    }
    const Eigen::Vector2d a = places[1] - places[0];
    const Eigen::Vector2d b = places[2] - places[0];
    // v grows downward: counter-clockwise on the surface is clockwise in these numbers.
    area_ = a.y() * b.x() - a.x() * b.y();
    // Along growing u, up to a positive factor.
    along_u_ = (points_[2] - points_[0]) * a.y() - (points_[1] - points_[0]) * b.y();
    if (area_ < 0) along_u_ = -along_u_;
  }

  void add_to(Sum& sum, int corner, const Eigen::Vector3d& normal) const {
    const Eigen::Vector3d along = in_plane_of(normal, along_u_);
    const double length = along.norm();
    if (area_ == 0 || length == 0) return;
    const double weight = angle_at(corner, normal);
    sum.along_u += along * (weight / length);
    sum.orientation += area_ > 0 ? weight : -weight;
  }

 private:
  double angle_at(int corner, const Eigen::Vector3d& normal) const {
    const Eigen::Vector3d& from = points_[corner];
    const Eigen::Vector3d a = in_plane_of(normal, points_[(corner + 1) % 3] - from);
    const Eigen::Vector3d b = in_plane_of(normal, points_[(corner + 2) % 3] - from);
    const double lengths = a.norm() * b.norm();
    return lengths > 0 ? std::acos(std::clamp(a.dot(b) / lengths, -1.0, 1.0)) : 0.0;
  }

  std::array<Eigen::Vector3d, 3> points_;
  Eigen::Vector3d along_u_;
  double area_ = 0;  // twice that of the triangle in the picture
};

}  // namespace

std::vector<Eigen::Vector4f> vertex_tangents(const TriangleMesh& mesh) {
  std::vector<Sum> sums(mesh.positions.size());
  for (const auto& t : mesh.triangles) {
    const Triangle triangle(mesh, t);
    for (int c = 0; c < 3; ++c) triangle.add_to(sums[t[c]], c, mesh.normals[t[c]].cast<double>());
  }
  std::vector<Eigen::Vector4f> tangents(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const Eigen::Vector3d normal = mesh.normals[i].cast<double>();
    Eigen::Vector3d direction = in_plane_of(normal, sums[i].along_u);
    if (direction.norm() < 1e-9) direction = normal.unitOrthogonal();
    tangents[i] << direction.normalized().cast<float>(), sums[i].orientation < 0 ? -1.0F : 1.0F;
  }
  return tangents;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <algorithm>
#include <array>

namespace portrait {

// Area-weighted sum of squared distances from planes, as p'Ap + 2 b'p + c.
// (Garland and Heckbert, SIGGRAPH 1997.)
struct Quadric {
  std::array<double, 6> a{};  // of A, which is symmetric: xx, yy, zz, xy, xz, yz
  Eigen::Vector3d b = Eigen::Vector3d::Zero();
  double c = 0;
  double area = 0;  // the sum of the weights

  // normal: unit length; point: any of the plane.
  void add_plane(const Eigen::Vector3d& normal, const Eigen::Vector3d& point, double weight) {
    const double offset = -normal.dot(point);
    const Eigen::Vector3d n = weight * normal;
    a[0] += n.x() * normal.x();
    a[1] += n.y() * normal.y();
    a[2] += n.z() * normal.z();
    a[3] += n.x() * normal.y();
    a[4] += n.x() * normal.z();
    a[5] += n.y() * normal.z();
    b += offset * n;
    c += offset * offset * weight;
    area += weight;
  }
  void add(const Quadric& other) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += other.a[i];
    b += other.b;
    c += other.c;
    area += other.area;
  }
  // Never below 0, whatever rounding makes of it.
  double at(const Eigen::Vector3d& p) const {
    const double squares = a[0] * p.x() * p.x() + a[1] * p.y() * p.y() + a[2] * p.z() * p.z();
    const double mixed = p.x() * (a[3] * p.y() + a[4] * p.z()) + a[5] * p.y() * p.z();
    return std::max(0.0, squares + 2 * (mixed + b.dot(p)) + c);
  }
};

}  // namespace portrait

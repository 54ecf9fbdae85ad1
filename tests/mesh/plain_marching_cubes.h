// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/cube_cases.h"
#include "core/mesh/triangle_mesh.h"
#include "tests/mesh/grids.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

namespace portrait {

// marching_cubes() node by node on one thread, with nothing kept beside the mesh but the number of
// each cut edge: the order and every value of what is fast. Padded indices, as there.
class PlainMarchingCubes {
 public:
  PlainMarchingCubes(const DensityGrid& grid, float threshold)
      : grid_(grid), threshold_(threshold) {}

  TriangleMesh run() {
    for (int z = 0; z < grid_.dims.z() + 2; ++z) {
      for (const bool upward : {false, true}) {
        each_point(z, [&](const Point& p) {
          for (int axis = upward ? 2 : 0; axis < (upward ? 3 : 2); ++axis) add_vertex(p, axis);
        });
      }
    }
    for (int z = 0; z < grid_.dims.z() + 1; ++z)
      each_point(z, [&](const Point& p) { add_cube(p); });
    return mesh_;
  }

 private:
  using Point = std::array<int, 3>;

  template <typename Visit>
  void each_point(int z, const Visit& visit) const {
    for (int y = 0; y < grid_.dims.y() + 2; ++y) {
      for (int x = 0; x < grid_.dims.x() + 2; ++x) visit(Point{x, y, z});
    }
  }
  bool padding(const Point& p) const {
    for (int a = 0; a < 3; ++a) {
      if (p[a] < 1 || p[a] > grid_.dims[a]) return true;
    }
    return false;
  }
  float sample(const Point& p) const { return grid_.at(p[0] - 1, p[1] - 1, p[2] - 1); }
  bool inside(const Point& p) const {
    return !padding(p) && std::isfinite(sample(p)) && sample(p) >= threshold_;
  }
  float coordinate(int axis, int p) const {
    const double low = grid_.box.min()[axis];
    const double high = grid_.box.max()[axis];
    const double step = (high - low) / (grid_.dims[axis] - 1);
    if (p == 0) return float(low - 0.05F * step);
    if (p > grid_.dims[axis]) return float(high + 0.05F * step);
    return float(low + (p - 1) * step);
  }

  void add_vertex(const Point& from, int axis) {
    Point to = from;
    ++to[axis];
    if (inside(from) == inside(to)) return;
    Eigen::Vector3f at;
    for (int a = 0; a < 3; ++a) at[a] = coordinate(a, from[a]);
    const float upper = coordinate(axis, to[axis]);
    if (padding(to)) {
      at[axis] = upper;
    } else if (!padding(from)) {
      const float t = (threshold_ - sample(from)) / (sample(to) - sample(from));
      at[axis] += (std::isfinite(t) ? std::clamp(t, 0.01F, 1 - 0.01F) : 0.5F) * (upper - at[axis]);
    }
    numbers_[{from, axis}] = std::uint32_t(mesh_.positions.size());
    mesh_.positions.push_back(at);
  }

  void add_cube(const Point& lowest) {
    const auto corner = [&](int c) {
      return Point{lowest[0] + (c & 1), lowest[1] + (c >> 1 & 1), lowest[2] + (c >> 2 & 1)};
    };
    int bits = 0;
    for (int c = 0; c < 8; ++c) bits |= int(inside(corner(c))) << c;
    for (const auto& triangle : cube_cases()[bits]) {
      std::array<std::uint32_t, 3> out{};
      for (int i = 0; i < 3; ++i) {
        const CubeEdge& edge = cube_edges()[triangle[i]];
        out[i] = numbers_.at({corner(edge.from), edge.axis});
      }
      mesh_.triangles.push_back(out);
    }
  }

  const DensityGrid& grid_;
  float threshold_;
  std::map<std::pair<Point, int>, std::uint32_t> numbers_;
  TriangleMesh mesh_;
};

// compute_normals() on one thread, triangle by triangle.
inline void plain_normals(TriangleMesh& mesh) {
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

}  // namespace portrait

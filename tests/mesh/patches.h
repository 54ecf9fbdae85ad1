// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/chart_mesh.h"
#include "core/mesh/marching_cubes.h"
#include "core/mesh/mesh_sides.h"
#include "tests/mesh/grids.h"

#include <functional>
#include <numeric>

namespace portrait {

// A sheet of (nu - 1) x (nv - 1) squares over [0, 1]^2, bent by a function of its coordinates.
inline TriangleMesh sheet(int nu, int nv,
                          const std::function<Eigen::Vector3f(float, float)>& bend) {
  TriangleMesh mesh;
  for (int v = 0; v < nv; ++v) {
    for (int u = 0; u < nu; ++u) {
      mesh.positions.push_back(bend(float(u) / float(nu - 1), float(v) / float(nv - 1)));
    }
  }
  for (int v = 0; v + 1 < nv; ++v) {
    for (int u = 0; u + 1 < nu; ++u) {
      const auto a = std::uint32_t(v * nu + u);
      const auto b = std::uint32_t(a + std::uint32_t(nu));
      mesh.triangles.push_back({a, a + 1, b + 1});
      mesh.triangles.push_back({a, b + 1, b});
    }
  }
  return mesh;
}

inline ChartMesh whole_chart(const TriangleMesh& mesh) {
  std::vector<std::uint32_t> all(mesh.triangles.size());
  std::iota(all.begin(), all.end(), 0U);
  return make_chart_mesh(mesh, opposite_sides(mesh),
                         std::vector<std::uint8_t>(mesh.triangles.size() * 3, 0), all);
}

// A closed head-like blob with bumps, a nose and a neck, in world units.
inline TriangleMesh blob(int n) {
  const auto grid = grid_of(n, 0.55F, [](const Eigen::Vector3f& p) {
    const Eigen::Vector3f skull(p.x() / 0.85F, p.y(), p.z() / 0.95F);
    const float bumps =
        0.008F * std::sin(31 * p.x()) * std::sin(29 * p.y() + 1) * std::sin(27 * p.z());
    const float neck = 0.13F - std::hypot(p.x(), p.z() + 0.05F);
    return std::max({ball(skull, {0, 0.05F, 0}, 0.33F) + bumps, ball(p, {0, 0, 0.33F}, 0.07F),
                     p.y() < 0 ? neck : -1.0F});
  });
  return marching_cubes(grid, 0);
}

inline TriangleMesh torus(int n) {
  const auto grid = grid_of(n, 0.5F, [](const Eigen::Vector3f& p) {
    return 0.12F - std::hypot(std::hypot(p.x(), p.z()) - 0.3F, p.y());
  });
  return marching_cubes(grid, 0);
}

}  // namespace portrait

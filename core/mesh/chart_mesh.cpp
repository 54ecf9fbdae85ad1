// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/chart_mesh.h"

#include "core/mesh/mesh_sides.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace portrait {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

FlatTriangle lay_flat(const TriangleMesh& mesh, const std::array<std::uint32_t, 3>& triangle) {
  const Eigen::Vector3d a = mesh.positions[triangle[0]].cast<double>();
  const Eigen::Vector3d along = mesh.positions[triangle[1]].cast<double>() - a;
  const Eigen::Vector3d across = mesh.positions[triangle[2]].cast<double>() - a;
  const double longest = std::max({along.norm(), across.norm(), (across - along).norm(), 1e-12});
  FlatTriangle flat;
  flat.length = std::max(along.norm(), 1e-3 * longest);
  flat.x = along.norm() > 0 ? across.dot(along) / along.norm() : 0.0;
  flat.height = std::max(along.cross(across).norm() / flat.length, 1e-3 * longest);
  return flat;
}

std::uint32_t find_root(std::vector<std::uint32_t>& parent, std::uint32_t c) {
  while (parent[c] != c) {
    parent[c] = parent[parent[c]];
    c = parent[c];
  }
  return c;
}

// Follows the cut sides; each border vertex has one that leaves it.
std::vector<std::vector<std::uint32_t>> find_borders(std::vector<std::uint32_t> next) {
  std::vector<std::vector<std::uint32_t>> borders;
  for (std::uint32_t start = 0; start < next.size(); ++start) {
    if (next[start] == kNone) continue;
    std::vector<std::uint32_t>& loop = borders.emplace_back();
    for (std::uint32_t v = start; next[v] != kNone;) {
      loop.push_back(v);
      v = std::exchange(next[v], kNone);
    }
  }
  std::stable_sort(borders.begin(), borders.end(),
                   [](const auto& p, const auto& q) { return p.size() > q.size(); });
  return borders;
}

}  // namespace

Eigen::Vector2d FlatTriangle::gradient(int i) const {
  if (i == 0) return {-1 / length, (x - length) / (length * height)};
  if (i == 1) return {1 / length, -x / (length * height)};
  return {0, 1 / height};
}

double ChartMesh::area() const {
  return std::accumulate(shapes.begin(), shapes.end(), 0.0,
                         [](double sum, const FlatTriangle& t) { return sum + t.area(); });
}

ChartMesh make_chart_mesh(const TriangleMesh& mesh, const std::vector<std::uint32_t>& opposite,
                          const std::vector<std::uint8_t>& cut,
                          const std::vector<std::uint32_t>& triangles) {
  ChartMesh chart;
  chart.mesh_triangles = triangles;
  std::unordered_map<std::uint32_t, std::uint32_t> local;
  local.reserve(triangles.size());
  for (std::uint32_t k = 0; k < triangles.size(); ++k) local.emplace(triangles[k], k);

  std::vector<std::uint32_t> parent(triangles.size() * 3);
  std::iota(parent.begin(), parent.end(), 0U);
  std::vector<std::uint32_t> open;  // sides, as 3 k + i
  for (std::uint32_t k = 0; k < triangles.size(); ++k) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      const std::uint32_t side = 3 * triangles[k] + i;
      const std::uint32_t other = opposite[side];
      const auto found = other == kNoSide || cut[side] ? local.end() : local.find(other / 3);
      if (found == local.end()) {
        open.push_back(3 * k + i);
        continue;
      }
      const std::uint32_t base = 3 * found->second;
      const std::uint32_t j = other % 3;
      parent[find_root(parent, 3 * k + i)] = find_root(parent, base + (j + 1) % 3);
      parent[find_root(parent, 3 * k + (i + 1) % 3)] = find_root(parent, base + j);
    }
  }
  std::vector<std::uint32_t> number(parent.size(), kNone);
  chart.triangles.resize(triangles.size());
  for (std::uint32_t k = 0; k < triangles.size(); ++k) {
    const auto& corners = mesh.triangles[triangles[k]];
    for (std::uint32_t i = 0; i < 3; ++i) {
      std::uint32_t& n = number[find_root(parent, 3 * k + i)];
      if (n == kNone) {
        n = std::uint32_t(chart.mesh_vertices.size());
        chart.mesh_vertices.push_back(corners[i]);
      }
      chart.triangles[k][i] = n;
    }
    chart.shapes.push_back(lay_flat(mesh, corners));
  }
  std::vector<std::uint32_t> next(chart.mesh_vertices.size(), kNone);
  for (const std::uint32_t side : open) {
    const auto& corners = chart.triangles[side / 3];
    next[corners[side % 3]] = corners[(side % 3 + 1) % 3];
  }
  chart.borders = find_borders(std::move(next));
  const std::size_t edges = (triangles.size() * 3 + open.size()) / 2;
  chart.euler_characteristic = int(chart.mesh_vertices.size()) - int(edges) + int(triangles.size());
  return chart;
}

}  // namespace portrait

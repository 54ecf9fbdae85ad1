// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/mesh_connectivity.h"

#include <Eigen/Geometry>

#include <limits>
#include <numeric>

namespace portrait {
namespace {

std::uint32_t find_root(std::vector<std::uint32_t>& parent, std::uint32_t v) {
  while (parent[v] != v) {
    parent[v] = parent[parent[v]];
    v = parent[v];
  }
  return v;
}

template <typename Value>
void compact(std::vector<Value>& values, const std::vector<std::uint32_t>& kept) {
  if (values.empty()) return;
  for (std::size_t i = 0; i < kept.size(); ++i) values[i] = values[kept[i]];
  values.resize(kept.size());
}

}  // namespace

Components connected_components(const TriangleMesh& mesh) {
  const std::size_t n = mesh.positions.size();
  std::vector<std::uint32_t> parent(n);
  std::iota(parent.begin(), parent.end(), 0U);
  std::vector<std::uint8_t> used(n, 0);
  for (const auto& t : mesh.triangles) {
    const std::uint32_t root = find_root(parent, t[0]);
    for (const std::uint32_t v : t) {
      used[v] = 1;
      parent[find_root(parent, v)] = root;
    }
  }
  Components components;
  components.of_vertex.assign(n, -1);
  std::vector<std::int32_t> of_root(n, -1);
  for (std::uint32_t v = 0; v < n; ++v) {
    if (!used[v]) continue;
    std::int32_t& number = of_root[find_root(parent, v)];
    if (number < 0) number = components.count++;
    components.of_vertex[v] = number;
  }
  return components;
}

double six_volumes(const TriangleMesh& mesh, const std::array<std::uint32_t, 3>& triangle) {
  const Eigen::Vector3d a = mesh.positions[triangle[0]].cast<double>();
  const Eigen::Vector3d b = mesh.positions[triangle[1]].cast<double>();
  const Eigen::Vector3d c = mesh.positions[triangle[2]].cast<double>();
  return a.dot(b.cross(c));
}

double twice_area(const TriangleMesh& mesh, const std::array<std::uint32_t, 3>& triangle) {
  const Eigen::Vector3d a = mesh.positions[triangle[0]].cast<double>();
  return (mesh.positions[triangle[1]].cast<double>() - a)
      .cross(mesh.positions[triangle[2]].cast<double>() - a)
      .norm();
}

void drop_unused_vertices(TriangleMesh& mesh) {
  constexpr std::uint32_t kUnused = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> renamed(mesh.positions.size(), kUnused);
  for (const auto& t : mesh.triangles) {
    for (const std::uint32_t v : t) renamed[v] = 0;
  }
  std::vector<std::uint32_t> kept;
  for (std::uint32_t v = 0; v < renamed.size(); ++v) {
    if (renamed[v] == kUnused) continue;
    renamed[v] = static_cast<std::uint32_t>(kept.size());
    kept.push_back(v);
  }
  if (kept.size() == mesh.positions.size()) return;
  compact(mesh.positions, kept);
  compact(mesh.normals, kept);
  compact(mesh.colours, kept);
  compact(mesh.texcoords, kept);
  for (auto& t : mesh.triangles) {
    for (std::uint32_t& v : t) v = renamed[v];
  }
}

}  // namespace portrait

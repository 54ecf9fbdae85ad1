// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/mesh_report.h"

#include "core/mesh/mesh_connectivity.h"

#include <algorithm>
#include <vector>

namespace portrait {
namespace {

constexpr double kMillimetresPerUnit = 400.0;

bool all_finite(const std::vector<Eigen::Vector3f>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](const Eigen::Vector3f& v) { return v.allFinite(); });
}

struct EdgeCounts {
  std::int64_t edges = 0;
  std::int64_t boundary = 0;
  std::int64_t non_manifold = 0;
};

EdgeCounts count_edges(const TriangleMesh& mesh) {
  struct Side {
    std::uint64_t edge;
    bool forward;
  };
  std::vector<Side> sides;
  sides.reserve(mesh.triangles.size() * 3);
  for (const auto& t : mesh.triangles) {
    for (int i = 0; i < 3; ++i) {
      const std::uint64_t a = t[i];
      const std::uint64_t b = t[(i + 1) % 3];
      if (a == b) continue;
      sides.push_back({std::min(a, b) << 32 | std::max(a, b), a < b});
    }
  }
  std::sort(sides.begin(), sides.end(),
            [](const Side& p, const Side& q) { return p.edge < q.edge; });
  EdgeCounts counts;
  for (std::size_t i = 0; i < sides.size();) {
    std::size_t end = i;
    int forward = 0;
    while (end < sides.size() && sides[end].edge == sides[i].edge) forward += sides[end++].forward;
    const std::size_t uses = end - i;
    ++counts.edges;
    if (uses == 1) ++counts.boundary;
    if (uses > 2 || (uses == 2 && forward != 1)) ++counts.non_manifold;
    i = end;
  }
  return counts;
}

}  // namespace

MeshReport inspect_mesh(const TriangleMesh& mesh) {
  MeshReport report;
  report.triangles = std::int64_t(mesh.triangles.size());
  report.vertices = std::int64_t(mesh.positions.size());
  report.finite =
      all_finite(mesh.positions) && all_finite(mesh.normals) && all_finite(mesh.colours);
  if (mesh.positions.empty()) return report;

  report.components = connected_components(mesh).count;
  const EdgeCounts edges = count_edges(mesh);
  report.boundary_edges = edges.boundary;
  report.non_manifold_edges = edges.non_manifold;
  report.euler_characteristic = int(report.vertices - edges.edges + report.triangles);
  report.watertight = report.triangles > 0 && edges.boundary == 0 && edges.non_manifold == 0;
  for (const auto& t : mesh.triangles) {
    const double area = twice_area(mesh, t) / 2;
    if (!(area > 0)) ++report.degenerate_triangles;
    report.area += area;
    report.volume += six_volumes(mesh, t) / 6;
  }
  report.low = report.high = mesh.positions.front();
  for (const Eigen::Vector3f& p : mesh.positions) {
    report.low = report.low.cwiseMin(p);
    report.high = report.high.cwiseMax(p);
  }
  report.height_mm = double(report.high.y() - report.low.y()) * kMillimetresPerUnit;
  return report;
}

}  // namespace portrait

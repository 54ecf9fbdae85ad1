// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/atlas.h"

#include "core/base/error.h"
#include "core/mesh/chart_packing.h"

#include <cmath>

namespace portrait {
namespace {

// Turns the map so that what is above in space is above in the plane.
void stand_upright(const TriangleMesh& mesh, const Chart& chart, FlatMap& map) {
  Eigen::Vector2d mean = Eigen::Vector2d::Zero();
  for (const Eigen::Vector2d& p : map) mean += p / double(map.size());
  Eigen::Vector2d up = Eigen::Vector2d::Zero();
  for (std::size_t v = 0; v < map.size(); ++v) {
    up += double(mesh.positions[chart.mesh.mesh_vertices[v]].y()) * (map[v] - mean);
  }
  if (!(up.norm() > 0)) return;
  up.normalize();
  Eigen::Matrix2d rotation;
  rotation << up.y(), -up.x(), up.x(), up.y();
  for (Eigen::Vector2d& p : map) p = rotation * p;
}

void check_options(const TriangleMesh& mesh, const AtlasOptions& options) {
  check(!mesh.empty(), ErrorCode::kBadInput, "An empty mesh has nothing to lay out in a texture");
  // Before the charts are cut, which takes seconds.
  check_packing({.texture_size = options.texture_size, .padding = options.padding});
  check(options.face_scale >= 0.1 && options.face_scale <= 10, ErrorCode::kBadUsage,
        "The face's scale is {}, but must be from 0.1 to 10", options.face_scale);
  const std::size_t n = mesh.positions.size();
  check((mesh.normals.empty() || mesh.normals.size() == n) &&
            (mesh.colours.empty() || mesh.colours.size() == n),
        ErrorCode::kBadInput, "A mesh of {} vertices has {} normals and {} colours", n,
        mesh.normals.size(), mesh.colours.size());
}

// One after another, each with vertices of its own.
TriangleMesh join_charts(const TriangleMesh& mesh, const std::vector<Chart>& charts,
                         const std::vector<PackedChart>& packed) {
  TriangleMesh with_normals;
  if (mesh.normals.empty()) {
    with_normals = mesh;
    compute_normals(with_normals);
  }
  const std::vector<Eigen::Vector3f>& normals =
      mesh.normals.empty() ? with_normals.normals : mesh.normals;
  TriangleMesh result;
  result.triangles.resize(mesh.triangles.size());
  for (std::size_t c = 0; c < charts.size(); ++c) {
    const ChartMesh& chart = charts[c].mesh;
    const auto first = std::uint32_t(result.positions.size());
    for (std::size_t v = 0; v < chart.mesh_vertices.size(); ++v) {
      const std::uint32_t from = chart.mesh_vertices[v];
      result.positions.push_back(mesh.positions[from]);
      result.normals.push_back(normals[from]);
      if (!mesh.colours.empty()) result.colours.push_back(mesh.colours[from]);
      const Eigen::Vector2d& place = packed[c].map[v];
      result.texcoords.emplace_back(float(place.x()), float(1 - place.y()));
    }
    for (std::size_t t = 0; t < chart.triangles.size(); ++t) {
      for (int i = 0; i < 3; ++i) {
        result.triangles[chart.mesh_triangles[t]][i] = first + chart.triangles[t][i];
      }
    }
  }
  return result;
}

}  // namespace

TriangleMesh unwrap(const TriangleMesh& mesh, const AtlasOptions& options) {
  check_options(mesh, options);
  const std::vector<Chart> charts = cut_into_charts(mesh, options.charts);
  std::vector<PackedChart> packed;
  for (const Chart& chart : charts) {
    PackedChart next{chart.map, chart.mesh.triangles, chart.face};
    if (chart.face) {
      stand_upright(mesh, chart, next.map);
      for (Eigen::Vector2d& p : next.map) p *= options.face_scale;
    }
    packed.push_back(std::move(next));
  }
  pack_charts(packed, {.texture_size = options.texture_size, .padding = options.padding});
  return join_charts(mesh, charts, packed);
}

}  // namespace portrait

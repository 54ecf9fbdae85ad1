// SPDX-License-Identifier: Apache-2.0
#include "core/texture/normal_map.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/mesh/nearest_surface.h"
#include "core/mesh/tangents.h"
#include "core/texture/texel_map.h"
#include "core/texture/texture_padding.h"

#include <Eigen/Dense>

#include <cmath>
#include <optional>
#include <utility>

namespace portrait {
namespace {

// Columns: along growing u, up the picture, out of the surface.
Eigen::Matrix3f frame_at(const TexelMap::Place& place, const TriangleMesh& mesh,
                         const std::vector<Eigen::Vector4f>& tangents) {
  Eigen::Vector3f along = Eigen::Vector3f::Zero();
  for (int c = 0; c < 3; ++c) {
    along += place.weights[c] * tangents[place.corners[std::size_t(c)]].head<3>();
  }
  Eigen::Matrix3f frame;
  frame.col(0) = along.normalized();
  frame.col(2) = place.of(mesh.normals).normalized();
  // Charts are whole in the picture or mirrored whole, so that one corner speaks for all.
  frame.col(1) = tangents[place.corners[0]].w() * frame.col(2).cross(frame.col(0));
  return frame;
}

}  // namespace

Image bake_normal_map(const TriangleMesh& mesh, const TriangleMesh& fine, int size) {
  check(mesh.normals.size() == mesh.positions.size(), ErrorCode::kBadUsage,
        "A mesh needs normals before a normal map is baked for it");
  const NearestSurface surface(fine, kNormalReach);
  std::optional<TexelMap> texels(std::in_place, mesh, size);
  const std::vector<Eigen::Vector4f> tangents = vertex_tangents(mesh);
  Image map(size, size, 3);
  parallel_for(size, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t y = begin; y < end; ++y) {
      for (int x = 0; x < size; ++x) {
        const std::size_t texel = std::size_t(y) * std::size_t(size) + std::size_t(x);
        if (!texels->covered(texel)) continue;
        const TexelMap::Place place = texels->place(texel, mesh);
        const Eigen::Matrix3f frame = frame_at(place, mesh, tangents);
        const auto normal = surface.normal_at(place.of(mesh.positions), frame.col(2));
        Eigen::Vector3f told = Eigen::Vector3f::UnitZ();
        // Two corners may pull the tangent apart; then the frame spans nothing.
        if (normal && std::abs(frame.determinant()) > 0.1F) {
          told = (frame.inverse() * *normal).normalized();
        }
        for (int c = 0; c < 3; ++c) map.at(x, int(y))[c] = 0.5F + 0.5F * told[c];
      }
    }
  });
  std::vector<std::uint8_t> coverage = texels->coverage();
  texels.reset();  // a large texture's map is large too, and padding takes room
  pad_texture(map, std::move(coverage));
  return map;
}

}  // namespace portrait

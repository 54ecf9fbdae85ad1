// SPDX-License-Identifier: Apache-2.0
#include "core/texture/texel_map.h"

#include "core/base/error.h"
#include "core/texture/triangle_raster.h"

namespace portrait {

TexelMap::TexelMap(const TriangleMesh& mesh, int size) : size_(size) {
  check(size >= 1, ErrorCode::kBadUsage, "A texture of {} texels a side was asked for", size);
  check(!mesh.empty() && mesh.texcoords.size() == mesh.positions.size(), ErrorCode::kBadUsage,
        "The mesh has {} vertices and {} places in a texture; unwrap it first",
        mesh.positions.size(), mesh.texcoords.size());
  const std::size_t count = std::size_t(size) * std::size_t(size);
  triangle_.assign(count, -1);
  weights_.resize(count);
  coverage_.assign(count, 0);
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    std::array<Eigen::Vector2d, 3> corners;
    for (std::size_t c = 0; c < 3; ++c) {
      corners[c] = mesh.texcoords[mesh.triangles[t][c]].cast<double>() * size;
    }
    for_each_pixel_in(corners, size, size, [&](int x, int y, const Eigen::Vector3d& weights) {
      const std::size_t texel = std::size_t(y) * std::size_t(size) + std::size_t(x);
      triangle_[texel] = std::int32_t(t);
      weights_[texel] = weights.tail<2>().cast<float>();
      coverage_[texel] = 1;
    });
  }
}

Eigen::Vector3f TexelMap::at(std::size_t texel, const TriangleMesh& mesh,
                             const std::vector<Eigen::Vector3f>& attribute) const {
  const auto& triangle = mesh.triangles[std::size_t(triangle_[texel])];
  const Eigen::Vector2f& w = weights_[texel];
  return (1 - w.x() - w.y()) * attribute[triangle[0]] + w.x() * attribute[triangle[1]] +
         w.y() * attribute[triangle[2]];
}

}  // namespace portrait

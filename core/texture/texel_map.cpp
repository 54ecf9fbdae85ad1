// SPDX-License-Identifier: Apache-2.0
#include "core/texture/texel_map.h"

#include "core/base/error.h"
#include "core/texture/triangle_raster.h"

#include <algorithm>

namespace portrait {
namespace {

FlatCorners corners_in_texture(const TriangleMesh& mesh, std::size_t triangle, int size) {
  FlatCorners corners;
  for (std::size_t c = 0; c < 3; ++c) {
    corners[c] = mesh.texcoords[mesh.triangles[triangle][c]].cast<double>() * size;
  }
  return corners;
}

}  // namespace

TexelMap::TexelMap(const TriangleMesh& mesh, int size) : size_(size) {
  check(size >= 1 && size <= 16384, ErrorCode::kBadUsage,
        "A texture of {} texels a side was asked for, but it must be from 1 to 16384", size);
  check(!mesh.empty() && mesh.texcoords.size() == mesh.positions.size(), ErrorCode::kBadUsage,
        "The mesh has {} vertices and {} places in a texture; unwrap it first",
        mesh.positions.size(), mesh.texcoords.size());
  triangle_.assign(std::size_t(size) * std::size_t(size), -1);
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    for_each_pixel_in(
        corners_in_texture(mesh, t, size), size, size, [&](int x, int y, const auto&) {
          triangle_[std::size_t(y) * std::size_t(size) + std::size_t(x)] = std::int32_t(t);
        });
  }
}

std::vector<std::uint8_t> TexelMap::coverage() const {
  std::vector<std::uint8_t> result(triangle_.size());
  std::transform(triangle_.begin(), triangle_.end(), result.begin(),
                 [](std::int32_t t) { return std::uint8_t(t >= 0 ? 1 : 0); });
  return result;
}

TexelMap::Place TexelMap::place(std::size_t texel, const TriangleMesh& mesh) const {
  const auto triangle = std::size_t(triangle_[texel]);
  const FlatCorners corners = corners_in_texture(mesh, triangle, size_);
  const Eigen::Vector2d centre(double(texel % std::size_t(size_)) + 0.5,
                               double(texel / std::size_t(size_)) + 0.5);
  return {mesh.triangles[triangle],
          weights_in(corners, signed_twice_area(corners), centre).cast<float>()};
}

}  // namespace portrait

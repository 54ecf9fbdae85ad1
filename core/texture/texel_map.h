// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace portrait {

// Which place of a mesh each texel of its texture shows.
class TexelMap {
 public:
  // size: texels a side, 1 at least. Throws kBadUsage when the mesh has no texcoords.
  TexelMap(const TriangleMesh& mesh, int size);

  int size() const { return size_; }
  // By the texel's centre; texels of no triangle are filled by pad_texture().
  bool covered(std::size_t texel) const { return triangle_[texel] >= 0; }
  // A vertex attribute where the texel lies. The texel is covered.
  Eigen::Vector3f at(std::size_t texel, const TriangleMesh& mesh,
                     const std::vector<Eigen::Vector3f>& attribute) const;
  // 1 where covered, for pad_texture(); row-major, as the texture's pixels are.
  const std::vector<std::uint8_t>& coverage() const { return coverage_; }

 private:
  int size_;
  std::vector<std::int32_t> triangle_;    // -1: of none
  std::vector<Eigen::Vector2f> weights_;  // of the triangle's second and third corner
  std::vector<std::uint8_t> coverage_;
};

}  // namespace portrait

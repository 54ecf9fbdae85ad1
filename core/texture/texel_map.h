// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <vector>

namespace portrait {

// Which place of a mesh each texel of its texture shows. Texels are row-major, as the texture's
// pixels are. Keeps 4 bytes a texel (268 MB at 8192) and finds places in their triangles anew.
class TexelMap {
 public:
  // size: texels a side, from 1 to 16384. Throws kBadUsage for others and when the mesh is empty or
  // has no texcoords, or not one per position.
  TexelMap(const TriangleMesh& mesh, int size);

  int size() const { return size_; }
  // By the texel's centre; texels of no triangle are filled by pad_texture().
  bool covered(std::size_t texel) const { return triangle_[texel] >= 0; }
  // 1 where covered, else 0, for pad_texture().
  std::vector<std::uint8_t> coverage() const;

  // A place in a triangle.
  struct Place {
    std::array<std::uint32_t, 3> corners;  // vertices
    Eigen::Vector3f weights;               // theirs, sum 1
    // A vertex attribute there.
    Eigen::Vector3f of(const std::vector<Eigen::Vector3f>& attribute) const {
      return weights[0] * attribute[corners[0]] + weights[1] * attribute[corners[1]] +
             weights[2] * attribute[corners[2]];
    }
  };
  // Where the texel's centre lies. The texel is covered; the mesh is that of the constructor.
  Place place(std::size_t texel, const TriangleMesh& mesh) const;
  Eigen::Vector3f at(std::size_t texel, const TriangleMesh& mesh,
                     const std::vector<Eigen::Vector3f>& attribute) const {
    return place(texel, mesh).of(attribute);
  }

 private:
  int size_;
  std::vector<std::int32_t> triangle_;  // -1: of none
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

namespace portrait {

// An indexed triangle mesh in world units (1 unit = 400 mm, +Y up, +Z out of the face).
// Triangles wind counter-clockwise seen from outside.
struct TriangleMesh {
  std::vector<Eigen::Vector3f> positions;
  std::vector<Eigen::Vector3f> normals;  // unit length, outward; empty or one per position
  std::vector<Eigen::Vector3f> colours;  // linear RGB in [0, 1]; empty or one per position
  // Places in a texture, as glTF has them: (0, 0) is the upper left corner of the picture, v grows
  // downward, pixel (x, y) of W x H has its centre at ((x + 0.5) / W, (y + 0.5) / H). In [0, 1];
  // empty or one per position: vertices stand double where the texture is cut.
  std::vector<Eigen::Vector2f> texcoords;
  std::vector<std::array<std::uint32_t, 3>> triangles;

  bool empty() const { return triangles.empty(); }
};

// Area-weighted vertex normals from the triangles; +Z where a vertex has none.
void compute_normals(TriangleMesh& mesh);

// Asks for the colours of consecutive runs of vertices, in order: `srgb` has as many entries as
// `positions` and takes sRGB-encoded colours, which the mesh keeps as linear ones. Runs have at
// most `batch` vertices, so that a network can evaluate them together.
using VertexColourFunction = std::function<void(const std::vector<Eigen::Vector3f>& positions,
                                                std::vector<Eigen::Vector3f>& srgb)>;
void colour_vertices(TriangleMesh& mesh, const VertexColourFunction& colour,
                     std::size_t batch = 65536);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/synth/subject_mesh.h"

#include <span>

namespace portrait {

// The cube's coordinates from the head model's (METHOD, world convention).
inline Eigen::Vector3f world_from_cm(const Eigen::Vector3f& cm) {
  return (cm - Eigen::Vector3f(0, -1, 0)) / 40.0F;
}

// Collects parts of a subject; positions are centimetres in the head's frame until finish().
class MeshBuilder {
 public:
  std::uint32_t add(const SubjectVertex& vertex) {
    vertices.push_back(vertex);
    return std::uint32_t(vertices.size() - 1);
  }
  void add(const Triangle& triangle, Part p, bool ragged = false) {
    triangles.push_back(triangle);
    part.push_back(p);
    cut.push_back(ragged ? 1 : 0);
  }
  // A grid of rows x columns vertices laid out row by row from `first`; wrap joins its sides.
  // keep(vertex) false on all four corners drops a quad.
  template <typename Keep>
  void add_grid(std::uint32_t first, int rows, int columns, bool wrap, Part p, bool ragged,
                Keep&& keep) {
    for (int r = 0; r + 1 < rows; ++r) {
      for (int c = 0; c < (wrap ? columns : columns - 1); ++c) {
        const std::uint32_t a = first + std::uint32_t(r * columns + c);
        const std::uint32_t b = first + std::uint32_t(r * columns + (c + 1) % columns);
        const std::uint32_t d = a + std::uint32_t(columns);
        const std::uint32_t e = b + std::uint32_t(columns);
        if (!keep(a) && !keep(b) && !keep(d) && !keep(e)) continue;
        add({a, d, b}, p, ragged);
        add({b, d, e}, p, ragged);
      }
    }
  }
  // Area-weighted normals of the vertices and triangles from the given ones on.
  void smooth_normals(std::size_t first_vertex, std::size_t first_triangle);

  std::vector<SubjectVertex> vertices;
  std::vector<Triangle> triangles;
  std::vector<Part> part;
  std::vector<std::uint8_t> cut;
};

}  // namespace portrait

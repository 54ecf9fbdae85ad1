// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/cube_cases.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace portrait {

// Vertices on the edges that start in the points of two layers that follow each other: layer p has
// the half p % 2. Four places to a point, one for each axis and one more; stale where not cut.
class VertexNumbers {
 public:
  VertexNumbers(int columns, int rows)
      : columns_(columns),
        half_(std::size_t(4) * columns * rows),
        numbers_(std::make_unique_for_overwrite<std::uint32_t[]>(2 * half_)) {
    for (int parity = 0; parity < 2; ++parity) {
      for (int e = 0; e < 12; ++e) {
        const CubeEdge& edge = cube_edges()[e];
        const std::ptrdiff_t in_layer =
            4 * ((edge.from >> 1 & 1) * std::ptrdiff_t(columns_) + (edge.from & 1)) + edge.axis;
        const std::ptrdiff_t other = parity == 0 ? std::ptrdiff_t(half_) : -std::ptrdiff_t(half_);
        offsets_[parity][e] = in_layer + ((edge.from >> 2 & 1) != 0 ? other : 0);
      }
    }
  }
  std::uint32_t* at(int x, int y, int p) {
    return numbers_.get() + (p & 1) * half_ + 4 * (std::size_t(y) * columns_ + x);
  }
  // From at() of a cube's lowest corner to the number on each of its edges.
  const std::array<std::ptrdiff_t, 12>& offsets(int p) const { return offsets_[p & 1]; }

 private:
  int columns_;
  std::size_t half_;
  std::unique_ptr<std::uint32_t[]> numbers_;
  std::array<std::array<std::ptrdiff_t, 12>, 2> offsets_{};
};

}  // namespace portrait

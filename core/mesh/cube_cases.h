// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace portrait {

// Corner c of a cube stands at (c & 1, c >> 1 & 1, c >> 2 & 1). Edge e runs along axis e / 4; its
// lower corner has zero on that axis and the bits of e % 4 on the two axes after it (cyclically).
struct CubeEdge {
  int axis;
  int from;  // lower corner
  int to;    // upper corner
};
const std::array<CubeEdge, 12>& cube_edges();

// Triangles of one case, as edges of the cube; counter-clockwise seen from the empty side.
using CubeTriangles = std::vector<std::array<std::uint8_t, 3>>;

// The 256 cases of marching cubes; bit c of the index is set when corner c is inside. Built once
// by walking the contours round the cube (see marching_cubes.h for why).
const std::array<CubeTriangles, 256>& cube_cases();

// The same in one run, for what goes through many cubes: the triangles of case c are those from
// starts[c] to starts[c + 1].
struct CubeCaseRun {
  std::array<std::uint16_t, 257> starts{};
  CubeTriangles triangles;

  int count(int bits) const { return starts[bits + 1] - starts[bits]; }
};
const CubeCaseRun& cube_case_run();

}  // namespace portrait

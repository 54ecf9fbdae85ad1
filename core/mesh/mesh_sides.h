// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <cstdint>
#include <vector>

namespace portrait {

// Side 3 t + i of a mesh is the side of triangle t from its corner i to its corner (i + 1) % 3.
constexpr std::uint32_t kNoSide = 0xFFFFFFFFU;

// For every side the same edge's side in the neighbouring triangle; kNoSide on the border.
// Throws kBadInput when the mesh is not a manifold (an edge with three or more triangles, or with
// two that wind alike), when a triangle repeats a vertex or names one that is not there, or when a
// position is not finite.
std::vector<std::uint32_t> opposite_sides(const TriangleMesh& mesh);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/mesh_sides.h"

#include "core/base/error.h"

#include <algorithm>

namespace portrait {
namespace {

void check_triangles(const TriangleMesh& mesh) {
  check(mesh.triangles.size() < kNoSide / 3, ErrorCode::kBadInput,
        "The mesh has {} triangles, more than can be counted; simplify it first",
        mesh.triangles.size());
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    const auto& [a, b, c] = mesh.triangles[t];
    check(std::max({a, b, c}) < mesh.positions.size(), ErrorCode::kBadInput,
          "Triangle {} names vertex {}, but the mesh has {}", t, std::max({a, b, c}),
          mesh.positions.size());
    check(a != b && b != c && c != a, ErrorCode::kBadInput,
          "Triangle {} names a vertex twice; drop degenerate triangles first", t);
    for (const std::uint32_t v : mesh.triangles[t]) {
      check(mesh.positions[v].allFinite(), ErrorCode::kBadInput,
            "The position of vertex {} is not finite", v);
    }
  }
}

}  // namespace

std::vector<std::uint32_t> opposite_sides(const TriangleMesh& mesh) {
  check_triangles(mesh);
  struct Side {
    std::uint64_t edge;
    std::uint32_t side;
    bool forward;
  };
  std::vector<Side> sides;
  sides.reserve(mesh.triangles.size() * 3);
  for (std::uint32_t t = 0; t < mesh.triangles.size(); ++t) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      const std::uint64_t a = mesh.triangles[t][i];
      const std::uint64_t b = mesh.triangles[t][(i + 1) % 3];
      sides.push_back({std::min(a, b) << 32 | std::max(a, b), 3 * t + i, a < b});
    }
  }
  std::sort(sides.begin(), sides.end(), [](const Side& p, const Side& q) {
    return p.edge != q.edge ? p.edge < q.edge : p.side < q.side;
  });
  std::vector<std::uint32_t> opposite(sides.size(), kNoSide);
  for (std::size_t i = 0; i < sides.size();) {
    std::size_t end = i + 1;
    while (end < sides.size() && sides[end].edge == sides[i].edge) ++end;
    const std::size_t uses = end - i;
    check(
        uses < 3 && (uses == 1 || sides[i].forward != sides[i + 1].forward), ErrorCode::kBadInput,
        "The edge between vertices {} and {} has {} triangles{}; only a manifold mesh can be laid "
        "flat",
        sides[i].edge >> 32, sides[i].edge & 0xFFFFFFFFU, uses,
        uses == 2 ? " that wind alike" : "");
    if (uses == 2) {
      opposite[sides[i].side] = sides[i + 1].side;
      opposite[sides[i + 1].side] = sides[i].side;
    }
    i = end;
  }
  return opposite;
}

}  // namespace portrait

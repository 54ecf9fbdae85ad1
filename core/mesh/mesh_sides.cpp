// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/mesh_sides.h"

#include "core/base/error.h"

#include <algorithm>
#include <numeric>

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
    std::uint32_t higher;  // vertex; the lower one's list holds the side
    std::uint32_t side;
    bool forward;
  };
  // Sides by their lower vertex in one array; a sort of all of them took the most time of this.
  std::vector<std::uint32_t> first(mesh.positions.size() + 1, 0);
  const auto for_each_side = [&](const auto& visit) {
    for (std::uint32_t s = 0; s < mesh.triangles.size() * 3; ++s) {
      const std::uint32_t a = mesh.triangles[s / 3][s % 3];
      const std::uint32_t b = mesh.triangles[s / 3][(s % 3 + 1) % 3];
      visit(std::min(a, b), Side{std::max(a, b), s, a < b});
    }
  };
  for_each_side([&](std::uint32_t lower, const Side&) { ++first[lower + 1]; });
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<Side> sides(mesh.triangles.size() * 3);
  std::vector<std::uint32_t> end_of(first.begin(), first.end() - 1);
  for_each_side([&](std::uint32_t lower, const Side& side) { sides[end_of[lower]++] = side; });
  std::vector<std::uint32_t> opposite(sides.size(), kNoSide);
  for (std::uint32_t v = 0; v + 1 < first.size(); ++v) {
    const auto stop = sides.begin() + first[v + 1];
    std::sort(sides.begin() + first[v], stop, [](const Side& p, const Side& q) {
      return p.higher != q.higher ? p.higher < q.higher : p.side < q.side;
    });
    for (auto one = sides.begin() + first[v]; one != stop;) {
      const auto next =
          std::find_if(one, stop, [&](const Side& s) { return s.higher != one->higher; });
      const auto uses = next - one;
      check(uses < 3 && (uses == 1 || one[0].forward != one[1].forward), ErrorCode::kBadInput,
            "The edge between vertices {} and {} has {} triangles{}; only a manifold mesh can be "
            "laid flat",
            v, one->higher, uses, uses == 2 ? " that wind alike" : "");
      if (uses == 2) {
        opposite[one[0].side] = one[1].side;
        opposite[one[1].side] = one[0].side;
      }
      one = next;
    }
  }
  return opposite;
}

}  // namespace portrait

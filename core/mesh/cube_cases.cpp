// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/cube_cases.h"

#include "core/base/error.h"

#include <optional>

namespace portrait {
namespace {

std::array<CubeEdge, 12> make_edges() {
  std::array<CubeEdge, 12> edges{};
  for (int e = 0; e < 12; ++e) {
    const int axis = e / 4;
    const int second = (axis + 1) % 3;
    const int third = (axis + 2) % 3;
    const int from = ((e & 1) << second) | ((e >> 1 & 1) << third);
    edges[e] = {axis, from, from | (1 << axis)};
  }
  return edges;
}

int edge_between(int a, int b) {
  const auto& edges = cube_edges();
  for (int e = 0; e < 12; ++e) {
    if ((edges[e].from == a && edges[e].to == b) || (edges[e].from == b && edges[e].to == a)) {
      return e;
    }
  }
  fail(ErrorCode::kInternal, "Corners {} and {} of a cube share no edge", a, b);
}

// Corners of the face with the given axis and side, counter-clockwise seen from outside the cube.
std::array<int, 4> face_corners(int axis, int side) {
  const int u = (axis + 1) % 3;
  const int v = (axis + 2) % 3;
  const int base = side << axis;
  const std::array<int, 4> ring{base, base | 1 << u, base | 1 << u | 1 << v, base | 1 << v};
  if (side == 1) return ring;
  return {ring[0], ring[3], ring[2], ring[1]};
}

bool share_face(int e, int f) {
  const auto& edges = cube_edges();
  for (int axis = 0; axis < 3; ++axis) {
    for (int side = 0; side < 2; ++side) {
      const auto lies_in = [&](int edge) {
        return (edges[edge].from >> axis & 1) == side && (edges[edge].to >> axis & 1) == side;
      };
      if (lies_in(e) && lies_in(f)) return true;
    }
  }
  return false;
}

// next[e] = the edge at which the contour goes on after edge e; -1 where it does not pass.
// Each face is walked counter-clockwise from outside the cube: where the walk enters a run of
// inside corners through one edge and leaves it through another, the contour joins these two, so
// that every run is cut off on its own and the inside stays on one hand.
std::array<int, 12> walk_contours(int inside_bits) {
  std::array<int, 12> next{};
  next.fill(-1);
  const auto inside = [&](int corner) { return (inside_bits >> corner & 1) != 0; };
  for (int axis = 0; axis < 3; ++axis) {
    for (int side = 0; side < 2; ++side) {
      const std::array<int, 4> ring = face_corners(axis, side);
      for (int start = 0; start < 4; ++start) {
        const int before = ring[(start + 3) % 4];
        if (!inside(ring[start]) || inside(before)) continue;
        int last = start;
        while (inside(ring[(last + 1) % 4])) ++last;
        const int entered = edge_between(before, ring[start]);
        const int left = edge_between(ring[last % 4], ring[(last + 1) % 4]);
        next[entered] = left;
      }
    }
  }
  return next;
}

// Splits polygon[first..last] into triangles whose inner sides lie in no face of the cube.
// Depth first over the apex of the side (first, last); polygons have at most 12 corners.
std::optional<CubeTriangles> triangulate(const std::vector<int>& polygon, std::size_t first,
                                         std::size_t last) {
  if (last - first < 2) return CubeTriangles{};
  const auto allowed = [&](std::size_t a, std::size_t b) {
    const bool is_side = b - a == 1 || (a == 0 && b == polygon.size() - 1);
    return is_side || !share_face(polygon[a], polygon[b]);
  };
  for (std::size_t apex = first + 1; apex < last; ++apex) {
    if (!allowed(first, apex) || !allowed(apex, last)) continue;
    auto head = triangulate(polygon, first, apex);
    if (!head) continue;
    const auto tail = triangulate(polygon, apex, last);
    if (!tail) continue;
    head->push_back({static_cast<std::uint8_t>(polygon[first]),
                     static_cast<std::uint8_t>(polygon[apex]),
                     static_cast<std::uint8_t>(polygon[last])});
    head->insert(head->end(), tail->begin(), tail->end());
    return head;
  }
  return std::nullopt;
}

CubeTriangles make_case(int inside_bits) {
  CubeTriangles triangles;
  std::array<int, 12> next = walk_contours(inside_bits);
  for (int start = 0; start < 12; ++start) {
    if (next[start] < 0) continue;
    std::vector<int> polygon;
    for (int e = start; next[e] >= 0;) {
      polygon.push_back(e);
      const int following = next[e];
      next[e] = -1;
      e = following;
    }
    const auto pieces = triangulate(polygon, 0, polygon.size() - 1);
    check(pieces.has_value(), ErrorCode::kInternal,
          "Marching cubes case {} has a polygon that cannot be split", inside_bits);
    triangles.insert(triangles.end(), pieces->begin(), pieces->end());
  }
  return triangles;
}

}  // namespace

const std::array<CubeEdge, 12>& cube_edges() {
  static const std::array<CubeEdge, 12> edges = make_edges();
  return edges;
}

const std::array<CubeTriangles, 256>& cube_cases() {
  static const std::array<CubeTriangles, 256> cases = [] {
    std::array<CubeTriangles, 256> made;
    for (int bits = 0; bits < 256; ++bits) made[bits] = make_case(bits);
    return made;
  }();
  return cases;
}

const CubeCaseRun& cube_case_run() {
  static const CubeCaseRun run = [] {
    CubeCaseRun made;
    for (int bits = 0; bits < 256; ++bits) {
      const CubeTriangles& triangles = cube_cases()[bits];
      made.triangles.insert(made.triangles.end(), triangles.begin(), triangles.end());
      made.starts[bits + 1] = static_cast<std::uint16_t>(made.triangles.size());
    }
    return made;
  }();
  return run;
}

}  // namespace portrait

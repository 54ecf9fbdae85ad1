// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/simplify.h"

#include "core/base/error.h"
#include "core/mesh/collapse_queue.h"
#include "core/mesh/face_region.h"
#include "core/mesh/mesh_connectivity.h"
#include "core/mesh/mesh_sides.h"
#include "core/mesh/quadric.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace portrait {
namespace {

using Eigen::Vector3d;
using Triangle = std::array<std::uint32_t, 3>;

// Of the squared length of an edge, what its collapse costs on a flat surface.
constexpr double kLengthCosts = 1e-4;
constexpr double kLeastCosine = 0.2;  // between a triangle's normals before and after a collapse
// The error of a collapse grows with the sixth power of the edge's length: area times the square
// of a distance that itself grows with the square.
constexpr double kErrorPower = 6;
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

class Simplifier {
 public:
  // opposite: of the mesh's sides, which says that its triangles can be followed.
  Simplifier(const TriangleMesh& mesh, const std::vector<std::uint32_t>& opposite,
             const SimplifyOptions& options)
      : places_(mesh.positions),
        triangles_(mesh.triangles),
        left_(mesh.triangles.size()),
        quadrics_(mesh.positions.size()),
        version_(mesh.positions.size(), 0),
        fixed_(mesh.positions.size(), 0),
        mark_(mesh.positions.size(), 0),
        first_(mesh.positions.size(), kNone),
        next_(mesh.triangles.size() * 3) {
    importance_.reserve(mesh.positions.size());
    for (const Eigen::Vector3f& p : mesh.positions) {
      const double weight = options.weight ? options.weight(p) : face_weight(p);
      // What is no number is no weight.
      const double shorter =
          1 + (options.magnification - 1) * std::min(weight > 0 ? weight : 0, 1.0);
      importance_.push_back(std::pow(shorter, kErrorPower));
    }
    for (std::uint32_t t = 0; t < triangles_.size(); ++t) {
      const Vector3d normal = normal_of(triangles_[t]);
      const double length = normal.norm();
      for (std::uint32_t i = 0; i < 3; ++i) {
        const std::uint32_t v = triangles_[t][i];
        link(v, 3 * t + i);
        if (length > 0)
          quadrics_[v].add_plane(normal / length, place(triangles_[t][0]), length / 6);
      }
    }
    for (std::uint32_t s = 0; s < opposite.size(); ++s) {
      if (opposite[s] != kNoSide) continue;
      fixed_[triangles_[s / 3][s % 3]] = fixed_[triangles_[s / 3][(s % 3 + 1) % 3]] = 1;
    }
  }

  std::vector<Triangle> run(std::size_t budget) {
    // What could not collapse may be able to once others have: start over while it helps.
    for (std::size_t before = left_ + 1; left_ > budget && left_ < before;) {
      before = left_;
      collapse_all(budget);
    }
    std::erase_if(triangles_, is_gone);
    return std::move(triangles_);
  }

 private:
  static bool is_gone(const Triangle& t) { return t[0] == t[1]; }

  Vector3d place(std::uint32_t v) const { return places_[v].cast<double>(); }

  Vector3d normal_of(const Triangle& t) const {
    const Vector3d a = place(t[0]);
    return (place(t[1]) - a).cross(place(t[2]) - a);
  }

  void link(std::uint32_t v, std::uint32_t corner) {
    next_[corner] = first_[v];
    first_[v] = corner;
  }

  void unlink(std::uint32_t v, std::uint32_t triangle) {
    std::uint32_t* at = &first_[v];
    while (*at / 3 != triangle) at = &next_[*at];
    *at = next_[*at];
  }

  // visit(one, two, triangle) for the triangles that hold v; the other corners in their order.
  template <typename Visit>
  void for_each_around(std::uint32_t v, const Visit& visit) const {
    for (std::uint32_t corner = first_[v]; corner != kNone; corner = next_[corner]) {
      const Triangle& t = triangles_[corner / 3];
      visit(t[(corner + 1) % 3], t[(corner + 2) % 3]);
    }
  }

  Collapse cheaper_way(std::uint32_t a, std::uint32_t b) const {
    const Vector3d at_a = place(a);
    const Vector3d at_b = place(b);
    const double length = (at_b - at_a).squaredNorm();
    const double importance = std::max(importance_[a], importance_[b]);
    const auto cost = [&](std::uint32_t from, std::uint32_t to, const Vector3d& goal) {
      if (fixed_[from]) return std::numeric_limits<double>::infinity();
      const Quadric& q = quadrics_[from];
      const double error = q.at(goal) + quadrics_[to].at(goal);
      return importance * (error + kLengthCosts * length * q.area);
    };
    const double forth = cost(a, b, at_b);
    const double back = cost(b, a, at_a);
    if (forth <= back) return {forth, a, b, version_[a], version_[b]};
    return {back, b, a, version_[b], version_[a]};
  }

  void collapse_all(std::size_t budget) {
    CollapseQueue queue;
    for (const Triangle& t : triangles_) {
      if (is_gone(t)) continue;
      for (int i = 0; i < 3; ++i) {
        const std::uint32_t a = t[i];
        const std::uint32_t b = t[(i + 1) % 3];
        // Inner edges come twice; border edges cannot collapse.
        if (a < b) queue.push(cheaper_way(a, b));
      }
    }
    const auto is_stale = [&](const Collapse& c) {
      return c.from_version != version_[c.from] || c.to_version != version_[c.to];
    };
    while (left_ > budget) {
      const auto found = queue.pop(is_stale);
      if (!found) break;
      const Collapse& next = *found;
      if (!keeps_topology(next.from, next.to) || turns_a_triangle(next.from, next.to)) continue;
      collapse(next.from, next.to);
      mark_ring(next.to, [&](std::uint32_t v) { queue.push(cheaper_way(next.to, v)); });
    }
  }

  // Marks the vertices round v with mark_count_; visit(vertex), each once.
  template <typename Visit>
  void mark_ring(std::uint32_t v, const Visit& visit) {
    ++mark_count_;
    for_each_around(v, [&](std::uint32_t one, std::uint32_t two) {
      for (const std::uint32_t w : {one, two}) {
        if (mark_[w] == mark_count_) continue;
        mark_[w] = mark_count_;
        visit(w);
      }
    });
  }

  // The link condition for a vertex inside: both ends share the two vertices opposite their edge
  // and no others, and no edge.
  bool keeps_topology(std::uint32_t from, std::uint32_t to) {
    mark_ring(from, [](std::uint32_t) {});
    const std::uint64_t near_from = mark_count_;
    ++mark_count_;
    std::array<std::uint32_t, 2> common{};
    std::size_t count = 0;
    for_each_around(to, [&](std::uint32_t one, std::uint32_t two) {
      for (const std::uint32_t w : {one, two}) {
        if (mark_[w] != near_from) continue;
        mark_[w] = mark_count_;
        if (count < 2) common[count] = w;
        ++count;
      }
    });
    if (count != 2) return false;
    const auto has_edge = [&](std::uint32_t v) {
      bool found = false;
      for_each_around(v, [&](std::uint32_t one, std::uint32_t two) {
        found = found || (one == common[0] && two == common[1]) ||
                (one == common[1] && two == common[0]);
      });
      return found;
    };
    return !(has_edge(from) && has_edge(to));
  }

  bool turns_a_triangle(std::uint32_t from, std::uint32_t to) const {
    const Vector3d here = place(from);
    const Vector3d there = place(to);
    bool turns = false;
    for_each_around(from, [&](std::uint32_t one, std::uint32_t two) {
      if (turns || one == to || two == to) return;
      const Vector3d a = place(one);
      const Vector3d along = place(two) - a;
      const Vector3d before = along.cross(here - a);
      const Vector3d after = along.cross(there - a);
      turns = !(before.dot(after) > kLeastCosine * before.norm() * after.norm());
    });
    return turns;
  }

  void collapse(std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t corner = first_[from]; corner != kNone;) {
      const std::uint32_t next = next_[corner];
      Triangle& triangle = triangles_[corner / 3];
      const std::uint32_t one = triangle[(corner + 1) % 3];
      const std::uint32_t two = triangle[(corner + 2) % 3];
      if (one == to || two == to) {
        unlink(one, corner / 3);
        unlink(two, corner / 3);
        triangle = {};
        --left_;
      } else {
        triangle[corner % 3] = to;
        link(to, corner);
      }
      corner = next;
    }
    first_[from] = kNone;
    quadrics_[to].add(quadrics_[from]);
    ++version_[from];
    ++version_[to];
  }

  const std::vector<Eigen::Vector3f>& places_;
  std::vector<Triangle> triangles_;  // those that went hold vertex 0 thrice
  std::size_t left_;
  std::vector<double> importance_;
  std::vector<Quadric> quadrics_;
  std::vector<std::uint32_t> version_;
  std::vector<std::uint8_t> fixed_;
  std::vector<std::uint64_t> mark_;  // of vertices, so that none is visited twice
  std::uint64_t mark_count_ = 0;
  // The corners at a vertex, as a list without allocations of its own: corner 3 t + i of triangle
  // t.
  std::vector<std::uint32_t> first_;  // per vertex
  std::vector<std::uint32_t> next_;   // per corner
};

}  // namespace

TriangleMesh simplify(const TriangleMesh& mesh, const SimplifyOptions& options) {
  check(options.triangles >= 4, ErrorCode::kBadUsage,
        "A mesh cannot be simplified to {} triangles; at least 4 are needed", options.triangles);
  check(options.magnification >= 1 && options.magnification <= 10, ErrorCode::kBadUsage,
        "The magnification is {}, but must be from 1 to 10", options.magnification);
  const std::vector<std::uint32_t> opposite = opposite_sides(mesh);
  TriangleMesh result = mesh;
  if (mesh.triangles.size() <= std::size_t(options.triangles)) return result;
  result.triangles = Simplifier(mesh, opposite, options).run(std::size_t(options.triangles));
  drop_unused_vertices(result);
  return result;
}

}  // namespace portrait

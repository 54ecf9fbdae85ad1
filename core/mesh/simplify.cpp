// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/simplify.h"

#include "core/base/error.h"
#include "core/mesh/face_region.h"
#include "core/mesh/mesh_connectivity.h"
#include "core/mesh/mesh_sides.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <queue>

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

// Area-weighted sum of squared distances from planes, as p'Ap + 2 b'p + c.
struct Quadric {
  Eigen::Matrix3d a = Eigen::Matrix3d::Zero();
  Vector3d b = Vector3d::Zero();
  double c = 0;
  double area = 0;

  void add_plane(const Vector3d& normal, const Vector3d& point, double weight) {
    const double offset = -normal.dot(point);
    a += weight * normal * normal.transpose();
    b += weight * offset * normal;
    c += weight * offset * offset;
    area += weight;
  }
  void add(const Quadric& other) {
    a += other.a;
    b += other.b;
    c += other.c;
    area += other.area;
  }
  double at(const Vector3d& p) const { return std::max(0.0, p.dot(a * p) + 2 * b.dot(p) + c); }
};

// One end of an edge moving onto the other.
struct Collapse {
  double cost;
  std::uint32_t from;
  std::uint32_t to;
  std::uint32_t from_version;
  std::uint32_t to_version;

  bool operator>(const Collapse& o) const {
    if (cost != o.cost) return cost > o.cost;
    return from != o.from ? from > o.from : to > o.to;
  }
};
using CollapseQueue = std::priority_queue<Collapse, std::vector<Collapse>, std::greater<>>;

class Simplifier {
 public:
  Simplifier(const TriangleMesh& mesh, const SimplifyOptions& options)
      : triangles_(mesh.triangles), alive_(mesh.triangles.size(), 1), left_(mesh.triangles.size()) {
    const std::size_t n = mesh.positions.size();
    quadrics_.resize(n);
    around_.resize(n);
    version_.assign(n, 0);
    fixed_.assign(n, 0);
    for (const Eigen::Vector3f& p : mesh.positions) {
      const double weight = options.weight ? options.weight(p) : face_weight(p);
      const double shorter = 1 + (options.magnification - 1) * std::clamp(weight, 0.0, 1.0);
      importance_.push_back(std::pow(shorter, kErrorPower));
      places_.push_back(p.cast<double>());
    }
    for (std::uint32_t t = 0; t < triangles_.size(); ++t) {
      const Vector3d normal = normal_of(triangles_[t]);
      const double length = normal.norm();
      for (const std::uint32_t v : triangles_[t]) {
        around_[v].push_back(t);
        if (!(length > 0)) continue;
        quadrics_[v].add_plane(normal / length, places_[triangles_[t][0]], length / 6);
      }
    }
    const std::vector<std::uint32_t> opposite = opposite_sides(mesh);
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
    std::vector<Triangle> result;
    for (std::size_t t = 0; t < triangles_.size(); ++t) {
      if (alive_[t]) result.push_back(triangles_[t]);
    }
    return result;
  }

 private:
  Vector3d normal_of(const Triangle& t) const {
    return (places_[t[1]] - places_[t[0]]).cross(places_[t[2]] - places_[t[0]]);
  }

  Collapse cheaper_way(std::uint32_t a, std::uint32_t b) const {
    const auto cost = [&](std::uint32_t from, std::uint32_t to) {
      if (fixed_[from]) return std::numeric_limits<double>::infinity();
      const Quadric& q = quadrics_[from];
      const double error = q.at(places_[to]) + quadrics_[to].at(places_[to]);
      const double length = (places_[to] - places_[from]).squaredNorm();
      return std::max(importance_[from], importance_[to]) *
             (error + kLengthCosts * length * q.area);
    };
    const double forth = cost(a, b);
    const double back = cost(b, a);
    if (forth <= back) return {forth, a, b, version_[a], version_[b]};
    return {back, b, a, version_[b], version_[a]};
  }

  void collapse_all(std::size_t budget) {
    std::vector<Collapse> all;
    for (std::size_t t = 0; t < triangles_.size(); ++t) {
      if (!alive_[t]) continue;
      for (int i = 0; i < 3; ++i) {
        const std::uint32_t a = triangles_[t][i];
        const std::uint32_t b = triangles_[t][(i + 1) % 3];
        // Inner edges come twice; border edges cannot collapse.
        if (a < b) all.push_back(cheaper_way(a, b));
      }
    }
    CollapseQueue queue(std::greater<>(), std::move(all));
    while (left_ > budget && !queue.empty()) {
      const Collapse next = queue.top();
      queue.pop();
      if (std::isinf(next.cost)) break;
      if (next.from_version != version_[next.from] || next.to_version != version_[next.to])
        continue;
      if (!keeps_topology(next.from, next.to) || turns_a_triangle(next.from, next.to)) continue;
      collapse(next.from, next.to);
      for (const std::uint32_t v : ring(next.to)) queue.push(cheaper_way(next.to, v));
    }
  }

  std::vector<std::uint32_t> ring(std::uint32_t v) const {
    std::vector<std::uint32_t> result;
    for (const std::uint32_t t : around_[v]) {
      for (const std::uint32_t w : triangles_[t]) {
        if (w != v) result.push_back(w);
      }
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

  // The link condition for a vertex inside: both ends share the two vertices opposite their edge
  // and no others, and no edge.
  bool keeps_topology(std::uint32_t from, std::uint32_t to) const {
    const std::vector<std::uint32_t> a = ring(from);
    const std::vector<std::uint32_t> b = ring(to);
    std::vector<std::uint32_t> common;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
    if (common.size() != 2) return false;
    const auto has_edge = [&](std::uint32_t v) {
      return std::any_of(around_[v].begin(), around_[v].end(), [&](std::uint32_t t) {
        const Triangle& c = triangles_[t];
        return std::count(c.begin(), c.end(), common[0]) &&
               std::count(c.begin(), c.end(), common[1]);
      });
    };
    return !(has_edge(from) && has_edge(to));
  }

  bool turns_a_triangle(std::uint32_t from, std::uint32_t to) const {
    for (const std::uint32_t t : around_[from]) {
      Triangle after = triangles_[t];
      if (std::count(after.begin(), after.end(), to)) continue;
      const Vector3d before = normal_of(after);
      std::replace(after.begin(), after.end(), from, to);
      const Vector3d turned = normal_of(after);
      if (!(before.dot(turned) > kLeastCosine * before.norm() * turned.norm())) return true;
    }
    return false;
  }

  void collapse(std::uint32_t from, std::uint32_t to) {
    for (const std::uint32_t t : around_[from]) {
      Triangle& triangle = triangles_[t];
      if (std::count(triangle.begin(), triangle.end(), to)) {
        alive_[t] = 0;
        --left_;
        for (const std::uint32_t v : triangle) {
          if (v != from) std::erase(around_[v], t);
        }
      } else {
        std::replace(triangle.begin(), triangle.end(), from, to);
        around_[to].push_back(t);
      }
    }
    around_[from].clear();
    quadrics_[to].add(quadrics_[from]);
    ++version_[from];
    ++version_[to];
  }

  std::vector<Triangle> triangles_;
  std::vector<std::uint8_t> alive_;
  std::size_t left_;
  std::vector<Vector3d> places_;
  std::vector<double> importance_;
  std::vector<Quadric> quadrics_;
  std::vector<std::vector<std::uint32_t>> around_;  // triangles that hold a vertex
  std::vector<std::uint32_t> version_;
  std::vector<std::uint8_t> fixed_;
};

}  // namespace

TriangleMesh simplify(const TriangleMesh& mesh, const SimplifyOptions& options) {
  check(options.triangles >= 4, ErrorCode::kBadUsage,
        "A mesh cannot be simplified to {} triangles; at least 4 are needed", options.triangles);
  check(options.magnification >= 1 && options.magnification <= 10, ErrorCode::kBadUsage,
        "The magnification is {}, but must be from 1 to 10", options.magnification);
  TriangleMesh result = mesh;
  if (mesh.triangles.size() <= std::size_t(options.triangles)) {
    opposite_sides(mesh);  // the same errors, whatever the budget
    return result;
  }
  result.triangles = Simplifier(mesh, options).run(std::size_t(options.triangles));
  drop_unused_vertices(result);
  return result;
}

}  // namespace portrait

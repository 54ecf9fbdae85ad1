// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/relaxation.h"

#include "core/base/error.h"

#include <Eigen/LU>
#include <Eigen/SparseCholesky>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr double kShareOfSafeStep = 0.9;

// The rotation nearest to a matrix.
Eigen::Matrix2d nearest_rotation(const Eigen::Matrix2d& m) {
  const double c = m(0, 0) + m(1, 1);
  const double s = m(1, 0) - m(0, 1);
  const double r = std::hypot(c, s);
  if (!(r > 0)) return Eigen::Matrix2d::Identity();
  Eigen::Matrix2d rotation;
  rotation << c / r, -s / r, s / r, c / r;
  return rotation;
}

// Smallest positive root of det(a + t b) = 0, else infinity.
double first_flip(const Eigen::Matrix2d& a, const Eigen::Matrix2d& b) {
  const double c0 = a.determinant();
  const double c2 = b.determinant();
  const double c1 = a(0, 0) * b(1, 1) + b(0, 0) * a(1, 1) - a(0, 1) * b(1, 0) - b(0, 1) * a(1, 0);
  const double never = std::numeric_limits<double>::infinity();
  const double inner = c1 * c1 - 4 * c2 * c0;
  if (inner < 0) return never;
  // The form that loses no digits when c2 is small; c0 is positive.
  const double q = -(c1 + std::copysign(std::sqrt(inner), c1)) / 2;
  double first = never;
  for (const double root : {q != 0 ? c0 / q : never, c2 != 0 ? q / c2 : never}) {
    if (root > 0) first = std::min(first, root);
  }
  return first;
}

class Relaxation {
 public:
  Relaxation(const ChartMesh& chart, FlatMap& map) : chart_(chart), map_(map) {
    const auto n = int(chart.mesh_vertices.size());
    std::vector<Eigen::Triplet<double>> entries;
    entries.reserve(chart.triangles.size() * 9);
    for (std::size_t t = 0; t < chart.triangles.size(); ++t) {
      const FlatTriangle& flat = chart.shapes[t];
      area_ += flat.area();
      for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) {
          const int row = int(chart.triangles[t][i]) - 1;
          const int col = int(chart.triangles[t][j]) - 1;
          // Vertex 0 stays, or the map could slide.
          if (row < 0 || col < 0) continue;
          entries.emplace_back(row, col, flat.area() * flat.gradient(i).dot(flat.gradient(j)));
        }
      }
    }
    Eigen::SparseMatrix<double> matrix(n - 1, n - 1);
    matrix.setFromTriplets(entries.begin(), entries.end());
    solver_.compute(matrix);
    check(solver_.info() == Eigen::Success, ErrorCode::kNumerical,
          "The equations of a chart with {} vertices have no solution", n);
  }

  double energy(const FlatMap& map) const {
    double sum = 0;
    for (std::size_t t = 0; t < chart_.triangles.size(); ++t) {
      const Eigen::Matrix2d d = derivative(chart_, map, t);
      sum += chart_.shapes[t].area() * (d - nearest_rotation(d)).squaredNorm();
    }
    return sum / area_;
  }

  // One local and one global step. Returns the energy after it.
  double step(double before, bool guarded) {
    FlatMap goal = global_step();
    if (!guarded) {
      map_ = std::move(goal);
      return energy(map_);
    }
    FlatMap direction(map_.size());
    for (std::size_t v = 0; v < map_.size(); ++v) direction[v] = goal[v] - map_[v];
    double length = 1;
    for (std::size_t t = 0; t < chart_.triangles.size(); ++t) {
      const Eigen::Matrix2d now = derivative(chart_, map_, t);
      if (!(now.determinant() > 0)) continue;
      length =
          std::min(length, kShareOfSafeStep * first_flip(now, derivative(chart_, direction, t)));
    }
    const int flipped = flipped_triangles(chart_, map_);
    FlatMap moved(map_.size());
    for (int attempt = 0; attempt < 10; ++attempt, length /= 2) {
      for (std::size_t v = 0; v < map_.size(); ++v) moved[v] = map_[v] + length * direction[v];
      const double after = energy(moved);
      if (after < before && flipped_triangles(chart_, moved) <= flipped) {
        map_ = std::move(moved);
        return after;
      }
    }
    return before;
  }

 private:
  FlatMap global_step() const {
    const auto n = Eigen::Index(map_.size());
    Eigen::MatrixX2d right = Eigen::MatrixX2d::Zero(n, 2);
    for (std::size_t t = 0; t < chart_.triangles.size(); ++t) {
      const FlatTriangle& flat = chart_.shapes[t];
      const Eigen::Matrix2d rotation = nearest_rotation(derivative(chart_, map_, t));
      for (int i = 0; i < 3; ++i) {
        right.row(chart_.triangles[t][i]) +=
            flat.area() * (rotation * flat.gradient(i)).transpose();
      }
    }
    const Eigen::MatrixX2d solution = solver_.solve(right.bottomRows(n - 1));
    check(solution.allFinite(), ErrorCode::kNumerical,
          "The relaxation of a chart with {} vertices came out infinite", n);
    FlatMap goal(map_.size());
    // The equations put vertex 0 at the origin.
    goal[0] = map_[0];
    for (Eigen::Index v = 1; v < n; ++v) {
      goal[std::size_t(v)] = map_[0] + solution.row(v - 1).transpose();
    }
    return goal;
  }

  const ChartMesh& chart_;
  FlatMap& map_;
  double area_ = 0;
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> solver_;
};

}  // namespace

double relax_map(const ChartMesh& chart, FlatMap& map, const RelaxationOptions& options) {
  Relaxation relaxation(chart, map);
  double energy = relaxation.energy(map);
  constexpr double kIsometric = 1e-10;
  for (int i = 0; i < options.iterations && energy > kIsometric; ++i) {
    const double after = relaxation.step(energy, i >= options.free_iterations);
    const bool done = i >= options.free_iterations && energy - after < options.enough * energy;
    energy = after;
    if (done) break;
  }
  scale_to_area(chart, map);
  return energy;
}

}  // namespace portrait

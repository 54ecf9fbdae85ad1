// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/conformal.h"

#include "core/base/error.h"

#include <Eigen/Geometry>
#include <Eigen/SparseCholesky>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace portrait {
namespace {

using Complex = std::complex<double>;

void check_flattenable(const ChartMesh& chart) {
  check(!chart.borders.empty() && chart.handles() == 0, ErrorCode::kBadUsage,
        "Only a chart with a border and without handles can be laid flat; this one has {} borders "
        "and Euler characteristic {}",
        chart.borders.size(), chart.euler_characteristic);
}

Eigen::Vector3d place(const TriangleMesh& mesh, const ChartMesh& chart, std::uint32_t v) {
  return mesh.positions[chart.mesh_vertices[v]].cast<double>();
}

std::uint32_t farthest(const TriangleMesh& mesh, const ChartMesh& chart, std::uint32_t from) {
  const auto& border = chart.borders.front();
  const Eigen::Vector3d start = place(mesh, chart, from);
  std::uint32_t best = border[0] == from ? border[1] : border[0];
  double largest = -1;
  for (const std::uint32_t v : border) {
    const double distance = (place(mesh, chart, v) - start).squaredNorm();
    if (v != from && distance > largest) {
      largest = distance;
      best = v;
    }
  }
  return best;
}

// Solves for the unknown values where some are given: matrix entries as triplets over all
// vertices, rows of given ones are left out. Throws kNumerical where it cannot be.
Eigen::VectorXcd solve_pinned(const std::vector<Eigen::Triplet<Complex>>& entries,
                              const std::vector<std::uint8_t>& given, Eigen::VectorXcd values) {
  std::vector<int> unknown(given.size(), -1);
  int count = 0;
  for (std::size_t v = 0; v < given.size(); ++v) {
    if (!given[v]) unknown[v] = count++;
  }
  if (count == 0) return values;
  std::vector<Eigen::Triplet<Complex>> kept;
  kept.reserve(entries.size());
  Eigen::VectorXcd right(count);
  right.setZero();
  for (const auto& e : entries) {
    const int row = unknown[e.row()];
    if (row < 0) continue;
    if (given[e.col()]) {
      right[row] -= e.value() * values[e.col()];
    } else {
      kept.emplace_back(row, unknown[e.col()], e.value());
    }
  }
  Eigen::SparseMatrix<Complex> matrix(count, count);
  matrix.setFromTriplets(kept.begin(), kept.end());
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<Complex>> solver(matrix);
  Eigen::VectorXcd solution;
  if (solver.info() == Eigen::Success) solution = solver.solve(right);
  check(solution.size() == count && solution.allFinite(), ErrorCode::kNumerical,
        "The equations of a chart with {} vertices have no solution", given.size());
  for (std::size_t v = 0; v < given.size(); ++v) {
    if (unknown[v] >= 0) values[Eigen::Index(v)] = solution[unknown[v]];
  }
  return values;
}

FlatMap as_map(const Eigen::VectorXcd& values) {
  FlatMap map;
  map.reserve(std::size_t(values.size()));
  for (const Complex& z : values) map.emplace_back(z.real(), z.imag());
  return map;
}

}  // namespace

FlatMap conformal_map(const TriangleMesh& mesh, const ChartMesh& chart) {
  check_flattenable(chart);
  const std::size_t n = chart.mesh_vertices.size();
  std::vector<Eigen::Triplet<Complex>> entries;
  entries.reserve(chart.triangles.size() * 9);
  for (std::size_t t = 0; t < chart.triangles.size(); ++t) {
    // The derivative by the conjugate, which is nought for a conformal map, is the sum of these
    // times the corners' places.
    std::array<Complex, 3> weight;
    for (int i = 0; i < 3; ++i) {
      const Eigen::Vector2d g = chart.shapes[t].gradient(i);
      weight[i] = Complex(g.x(), g.y()) / 2.0;
    }
    const double area = chart.shapes[t].area();
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 3; ++j) {
        entries.emplace_back(int(chart.triangles[t][i]), int(chart.triangles[t][j]),
                             area * std::conj(weight[i]) * weight[j]);
      }
    }
  }
  const std::uint32_t first = farthest(mesh, chart, chart.borders.front().front());
  const std::uint32_t second = farthest(mesh, chart, first);
  const double apart = (place(mesh, chart, second) - place(mesh, chart, first)).norm();
  std::vector<std::uint8_t> given(n, 0);
  Eigen::VectorXcd values = Eigen::VectorXcd::Zero(Eigen::Index(n));
  given[first] = given[second] = 1;
  values[second] = apart > 0 ? apart : 1;
  FlatMap map = as_map(solve_pinned(entries, given, values));
  scale_to_area(chart, map);
  return map;
}

FlatMap convex_map(const TriangleMesh& mesh, const ChartMesh& chart) {
  check_flattenable(chart);
  const std::size_t n = chart.mesh_vertices.size();
  const auto& border = chart.borders.front();
  std::vector<double> along{0};
  for (std::size_t i = 0; i < border.size(); ++i) {
    const Eigen::Vector3d step =
        place(mesh, chart, border[(i + 1) % border.size()]) - place(mesh, chart, border[i]);
    along.push_back(along.back() + std::max(step.norm(), 1e-9));
  }
  std::vector<std::uint8_t> given(n, 0);
  Eigen::VectorXcd values = Eigen::VectorXcd::Zero(Eigen::Index(n));
  for (std::size_t i = 0; i < border.size(); ++i) {
    given[border[i]] = 1;
    values[border[i]] = std::polar(1.0, 2 * std::numbers::pi * along[i] / along.back());
  }
  // One weight per edge, so that the matrix is symmetric: uniform ones are the safe choice.
  std::vector<Eigen::Triplet<Complex>> entries;
  for (const auto& t : chart.triangles) {
    for (int i = 0; i < 3; ++i) {
      const int a = int(t[i]);
      const int b = int(t[(i + 1) % 3]);
      entries.emplace_back(a, a, 1.0);
      entries.emplace_back(b, b, 1.0);
      entries.emplace_back(a, b, -1.0);
      entries.emplace_back(b, a, -1.0);
    }
  }
  FlatMap map = as_map(solve_pinned(entries, given, values));
  scale_to_area(chart, map);
  return map;
}

Eigen::Matrix2d derivative(const ChartMesh& chart, const FlatMap& map, std::size_t triangle) {
  const auto& t = chart.triangles[triangle];
  const FlatTriangle& flat = chart.shapes[triangle];
  Eigen::Matrix2d result;
  result.col(0) = (map[t[1]] - map[t[0]]) / flat.length;
  result.col(1) = (map[t[2]] - map[t[0]] - flat.x * result.col(0)) / flat.height;
  return result;
}

int flipped_triangles(const ChartMesh& chart, const FlatMap& map) {
  int flipped = 0;
  for (std::size_t t = 0; t < chart.triangles.size(); ++t) {
    if (!(derivative(chart, map, t).determinant() > 0)) ++flipped;
  }
  return flipped;
}

void scale_to_area(const ChartMesh& chart, FlatMap& map) {
  double flat = 0;
  double area = 0;
  for (std::size_t t = 0; t < chart.triangles.size(); ++t) {
    flat += std::abs(derivative(chart, map, t).determinant()) * chart.shapes[t].area();
    area += chart.shapes[t].area();
  }
  if (!(flat > 0)) return;
  for (Eigen::Vector2d& p : map) p *= std::sqrt(area / flat);
}

}  // namespace portrait

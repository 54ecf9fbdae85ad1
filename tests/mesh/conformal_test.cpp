// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/conformal.h"
#include "core/base/error.h"
#include "core/mesh/chart_quality.h"
#include "core/mesh/relaxation.h"
#include "tests/mesh/patches.h"

#include <Eigen/Dense>

#include <QtTest>

#include <cmath>

using namespace portrait;

class ConformalTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void plane_keeps_its_shape();
  void cylinder_unrolls();
  void matches_a_dense_solution();
  void dome_is_conformal_then_nearly_rigid();
  void convex_map_turns_nothing_over();
  void degenerate_triangles_are_survived();
  void crossings_are_found();
  void closed_surface_is_refused();
};

namespace {

double largest_length_error(const TriangleMesh& mesh, const ChartMesh& chart, const FlatMap& map) {
  double worst = 0;
  for (const auto& t : chart.triangles) {
    for (int i = 0; i < 3; ++i) {
      const std::uint32_t a = t[i];
      const std::uint32_t b = t[(i + 1) % 3];
      const double length =
          (mesh.positions[chart.mesh_vertices[a]] - mesh.positions[chart.mesh_vertices[b]]).norm();
      worst = std::max(worst, std::abs((map[a] - map[b]).norm() / length - 1));
    }
  }
  return worst;
}

TriangleMesh dome(int n) {
  return sheet(n, n, [](float u, float v) {
    // A disk (concentric squares) onto a hemisphere by its angle from the pole.
    const float x = 2 * u - 1;
    const float y = 2 * v - 1;
    const float r = std::max(std::abs(x), std::abs(y));
    const float length = std::hypot(x, y);
    if (length == 0) return Eigen::Vector3f(0, 0, 1);
    const float angle = r * 1.5707963F;
    return Eigen::Vector3f(std::sin(angle) * x / length, std::sin(angle) * y / length,
                           std::cos(angle));
  });
}

}  // namespace

void ConformalTest::plane_keeps_its_shape() {
  const TriangleMesh mesh = sheet(7, 5, [](float u, float v) {
    const Eigen::Vector3f along(0.6F, 0.8F, 0);
    return Eigen::Vector3f(0.3F * u * along + 0.2F * (v + 0.2F * u * u) * Eigen::Vector3f(0, 0, 1));
  });
  const ChartMesh chart = whole_chart(mesh);
  const FlatMap map = conformal_map(mesh, chart);
  QVERIFY(largest_length_error(mesh, chart, map) < 1e-4);
  QCOMPARE(flipped_triangles(chart, map), 0);
}

void ConformalTest::cylinder_unrolls() {
  const TriangleMesh mesh = sheet(33, 9, [](float u, float v) {
    return Eigen::Vector3f(0.3F * std::sin(4 * u), 0.5F * v, 0.3F * std::cos(4 * u));
  });
  const ChartMesh chart = whole_chart(mesh);
  const FlatMap map = conformal_map(mesh, chart);
  QVERIFY(largest_length_error(mesh, chart, map) < 1e-3);
  QVERIFY(border_crossings(chart, map).empty());
}

void ConformalTest::matches_a_dense_solution() {
  const TriangleMesh mesh = sheet(5, 4, [](float u, float v) {
    return Eigen::Vector3f(u, v, 0.4F * std::sin(3 * u) * std::cos(2 * v));
  });
  const ChartMesh chart = whole_chart(mesh);
  const FlatMap map = conformal_map(mesh, chart);
  // The two real equations per triangle, weighted by the root of its area, with two vertices held
  // where the map has them, solved by QR.
  const auto n = Eigen::Index(map.size());
  const std::uint32_t p = chart.borders[0][0];
  const std::uint32_t q = chart.borders[0][chart.borders[0].size() / 2];
  Eigen::MatrixXd rows = Eigen::MatrixXd::Zero(2 * Eigen::Index(chart.triangles.size()), 2 * n);
  for (std::size_t t = 0; t < chart.triangles.size(); ++t) {
    const double weight = std::sqrt(chart.shapes[t].area());
    for (int i = 0; i < 3; ++i) {
      const Eigen::Vector2d g = weight * chart.shapes[t].gradient(i);
      const auto v = Eigen::Index(chart.triangles[t][i]);
      rows(2 * Eigen::Index(t), v) += g.x();
      rows(2 * Eigen::Index(t), n + v) -= g.y();
      rows(2 * Eigen::Index(t) + 1, v) += g.y();
      rows(2 * Eigen::Index(t) + 1, n + v) += g.x();
    }
  }
  Eigen::VectorXd all(2 * n);
  for (Eigen::Index v = 0; v < n; ++v) {
    all[v] = map[std::size_t(v)].x();
    all[n + v] = map[std::size_t(v)].y();
  }
  const double residual = (rows * all).norm();
  QVERIFY(residual > 1e-4);  // the surface is not developable
  // Held at the same two vertices as the map, the dense solution is the map itself; which those
  // are is conformal_map's own choice, so the gradient must vanish at all others.
  const Eigen::VectorXd gradient = rows.transpose() * (rows * all);
  int not_at_rest = 0;
  for (Eigen::Index v = 0; v < n; ++v) {
    if (std::hypot(gradient[v], gradient[n + v]) > 1e-9) ++not_at_rest;
  }
  QVERIFY2(not_at_rest <= 2, qPrintable(QString::number(not_at_rest)));
  std::vector<Eigen::Index> held;
  for (Eigen::Index v = 0; v < n; ++v) {
    if (std::hypot(gradient[v], gradient[n + v]) > 1e-9) held.push_back(v);
  }
  if (held.size() < 2) held = {Eigen::Index(p), Eigen::Index(q)};
  Eigen::MatrixXd free(rows.rows(), 0);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(rows.rows());
  std::vector<Eigen::Index> columns;
  for (Eigen::Index c = 0; c < 2 * n; ++c) {
    if (c % n == held[0] || c % n == held[1]) {
      right -= rows.col(c) * all[c];
    } else {
      columns.push_back(c);
      free.conservativeResize(Eigen::NoChange, free.cols() + 1);
      free.col(free.cols() - 1) = rows.col(c);
    }
  }
  const Eigen::VectorXd dense = free.colPivHouseholderQr().solve(right);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    QVERIFY(std::abs(dense[Eigen::Index(i)] - all[columns[i]]) < 1e-8);
  }
}

void ConformalTest::dome_is_conformal_then_nearly_rigid() {
  const TriangleMesh mesh = dome(41);
  const ChartMesh chart = whole_chart(mesh);
  FlatMap map = conformal_map(mesh, chart);
  const ChartQuality angles = judge_map(chart, map);
  QVERIFY2(angles.median_stretch < 1.05, qPrintable(QString::number(angles.median_stretch)));
  QCOMPARE(angles.flipped, 0);
  relax_map(chart, map);
  const ChartQuality lengths = judge_map(chart, map);
  QCOMPARE(lengths.flipped, 0);
  QCOMPARE(lengths.crossings, 0);
  QVERIFY2(lengths.median_stretch < 1.3, qPrintable(QString::number(lengths.median_stretch)));
  QVERIFY(lengths.high_stretch < 1.7);
  QVERIFY(lengths.area_spread < 0.7 * angles.area_spread);
}

void ConformalTest::convex_map_turns_nothing_over() {
  const TriangleMesh mesh = sheet(15, 15, [](float u, float v) {
    return Eigen::Vector3f(u, v, 0.8F * std::sin(9 * u) * std::cos(8 * v));
  });
  const ChartMesh chart = whole_chart(mesh);
  FlatMap map = convex_map(mesh, chart);
  QCOMPARE(flipped_triangles(chart, map), 0);
  relax_map(chart, map, {.iterations = 30, .free_iterations = 0});
  QCOMPARE(flipped_triangles(chart, map), 0);
}

void ConformalTest::degenerate_triangles_are_survived() {
  TriangleMesh mesh = sheet(6, 6, [](float u, float v) { return Eigen::Vector3f(u, v, 0); });
  mesh.positions[14] = mesh.positions[15];  // two triangles lose their area
  const ChartMesh chart = whole_chart(mesh);
  FlatMap map = conformal_map(mesh, chart);
  relax_map(chart, map);
  for (const Eigen::Vector2d& p : map) QVERIFY(p.allFinite());
  QVERIFY(judge_map(chart, map).median_stretch < 1.1);
}

void ConformalTest::crossings_are_found() {
  const TriangleMesh mesh = sheet(9, 2, [](float u, float v) { return Eigen::Vector3f(u, v, 0); });
  const ChartMesh chart = whole_chart(mesh);
  FlatMap map = conformal_map(mesh, chart);
  QVERIFY(border_crossings(chart, map).empty());
  // Rolled up by more than a whole turn, without a flipped triangle.
  for (std::size_t v = 0; v < map.size(); ++v) {
    const Eigen::Vector3f& p = mesh.positions[chart.mesh_vertices[v]];
    const double angle = 7.2 * p.x();
    map[v] = (3 - p.y() + 0.05 * p.x()) * Eigen::Vector2d(std::cos(angle), std::sin(angle));
  }
  QCOMPARE(flipped_triangles(chart, map), 0);
  QVERIFY(!border_crossings(chart, map).empty());
  std::swap(map[0], map[2]);
  QVERIFY(flipped_triangles(chart, map) > 0);
}

void ConformalTest::closed_surface_is_refused() {
  const TriangleMesh mesh = blob(12);
  const ChartMesh chart = whole_chart(mesh);
  QCOMPARE(chart.euler_characteristic, 2);
  QVERIFY(chart.borders.empty());
  QVERIFY_EXCEPTION_THROWN(conformal_map(mesh, chart), Error);
  QCOMPARE(whole_chart(torus(24)).handles(), 1);
}

QTEST_GUILESS_MAIN(ConformalTest)
#include "conformal_test.moc"

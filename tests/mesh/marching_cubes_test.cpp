// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/marching_cubes.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/thread_pool.h"
#include "core/mesh/cube_cases.h"
#include "core/mesh/mesh_report.h"
#include "tests/mesh/grids.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <numbers>
#include <set>

using namespace portrait;

class MarchingCubesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void every_case_cuts_exactly_the_mixed_edges();
  void sphere_is_a_sphere();
  void normals_point_outward();
  void torus_has_a_hole();
  void noise_is_manifold();
  void plateaus_at_the_threshold_do_not_degenerate();
  void surface_is_closed_at_the_box();
  void uneven_box_and_dims();
  void nothing_inside_is_an_empty_mesh();
  void non_finite_density_is_empty();
  void bad_grids_are_refused();
  void order_does_not_depend_on_threads();
};

void MarchingCubesTest::every_case_cuts_exactly_the_mixed_edges() {
  for (int bits = 0; bits < 256; ++bits) {
    std::set<int> mixed;
    for (int e = 0; e < 12; ++e) {
      const CubeEdge& edge = cube_edges()[e];
      if ((bits >> edge.from & 1) != (bits >> edge.to & 1)) mixed.insert(e);
    }
    std::set<int> used;
    for (const auto& t : cube_cases()[bits]) used.insert(t.begin(), t.end());
    QCOMPARE(used, mixed);
  }
}

void MarchingCubesTest::sphere_is_a_sphere() {
  const float radius = 0.35F;
  const auto grid = grid_of(65, 0.5F, [&](const auto& p) { return ball(p, {0, 0, 0}, radius); });
  const TriangleMesh mesh = marching_cubes(grid, 0);
  const MeshReport report = inspect_mesh(mesh);
  QVERIFY(report.watertight);
  QVERIFY(report.finite);
  QCOMPARE(report.components, 1);
  QCOMPARE(report.euler_characteristic, 2);
  QCOMPARE(report.degenerate_triangles, 0);
  double worst = 0;
  for (const auto& p : mesh.positions) worst = std::max(worst, std::abs(double(p.norm()) - radius));
  QVERIFY2(worst < 0.02 / 64, qPrintable(QString::number(worst * 64)));  // 2 % of a cell
  const double pi = std::numbers::pi;
  QVERIFY(std::abs(report.area / (4 * pi * radius * radius) - 1) < 0.005);
  QVERIFY(std::abs(report.volume / (4.0 / 3 * pi * radius * radius * radius) - 1) < 0.005);
  QVERIFY(std::abs(report.height_mm - 2 * 400 * radius) < 0.5);
  // Shared vertices: a closed surface of genus 0 has half as many vertices as triangles, plus 2.
  QCOMPARE(report.vertices, report.triangles / 2 + 2);
}

void MarchingCubesTest::normals_point_outward() {
  const auto grid = grid_of(33, 0.5F, [&](const auto& p) { return ball(p, {0, 0, 0}, 0.3F); });
  const TriangleMesh mesh = marching_cubes(grid, 0);
  QCOMPARE(mesh.normals.size(), mesh.positions.size());
  for (std::size_t v = 0; v < mesh.positions.size(); ++v) {
    QVERIFY(mesh.normals[v].dot(mesh.positions[v].normalized()) > 0.97F);
  }
}

void MarchingCubesTest::torus_has_a_hole() {
  const auto grid = grid_of(49, 0.5F, [](const Eigen::Vector3f& p) {
    const float ring = std::hypot(p.x(), p.y()) - 0.3F;
    return 0.1F - std::hypot(ring, p.z());
  });
  const MeshReport report = inspect_mesh(marching_cubes(grid, 0));
  QVERIFY(report.watertight);
  QCOMPARE(report.components, 1);
  QCOMPARE(report.euler_characteristic, 0);
  const double pi = std::numbers::pi;
  QVERIFY(std::abs(report.volume / (2 * pi * pi * 0.3 * 0.01) - 1) < 0.03);
}

void MarchingCubesTest::noise_is_manifold() {
  // White noise meets every case of the table next to every other, at every density of corners.
  for (const float threshold : {-1.0F, -0.3F, 0.0F, 0.4F, 1.2F}) {
    RandomStream random({.seed = 5, .purpose = random_purpose("mesh_noise")});
    const auto grid = grid_of(30, 0.5F, [&](const auto&) { return float(random.normal()); });
    const MeshReport report = inspect_mesh(marching_cubes(grid, threshold));
    QVERIFY(report.triangles > 10000);
    QCOMPARE(report.boundary_edges, 0);
    QCOMPARE(report.non_manifold_edges, 0);
    QCOMPARE(report.degenerate_triangles, 0);
    QVERIFY(report.volume > 0);
  }
}

void MarchingCubesTest::plateaus_at_the_threshold_do_not_degenerate() {
  RandomStream random({.seed = 6, .purpose = random_purpose("mesh_plateau")});
  const auto grid = grid_of(24, 0.5F, [&](const auto&) { return float(random.integer(-1, 1)); });
  const TriangleMesh mesh = marching_cubes(grid, 0);
  const MeshReport report = inspect_mesh(mesh);
  QVERIFY(report.watertight);
  QCOMPARE(report.degenerate_triangles, 0);
  std::set<std::array<float, 3>> distinct;
  for (const auto& p : mesh.positions) distinct.insert({p.x(), p.y(), p.z()});
  QCOMPARE(distinct.size(), mesh.positions.size());
}

void MarchingCubesTest::surface_is_closed_at_the_box() {
  const auto grid = grid_of(17, 0.25F, [](const auto&) { return 3.0F; });
  const MeshReport report = inspect_mesh(marching_cubes(grid, 1));
  QVERIFY(report.watertight);
  QCOMPARE(report.euler_characteristic, 2);
  const float cap = 0.25F + 0.05F * 0.5F / 16;
  QVERIFY((report.high - Eigen::Vector3f::Constant(cap)).norm() < 1e-6F);
  QVERIFY((report.low + Eigen::Vector3f::Constant(cap)).norm() < 1e-6F);
  QVERIFY(std::abs(report.volume - 0.125) < 0.003);
}

void MarchingCubesTest::uneven_box_and_dims() {
  // The half space y < 0.1 in a box of three different sizes.
  DensityGrid grid;
  grid.box =
      Eigen::AlignedBox3f(Eigen::Vector3f(-0.1F, -0.4F, 0.0F), Eigen::Vector3f(0.3F, 0.4F, 0.2F));
  grid.dims = {5, 41, 7};
  for (int z = 0; z < 7; ++z) {
    for (int y = 0; y < 41; ++y) {
      for (int x = 0; x < 5; ++x) {
        grid.density.push_back(0.1F - (grid.box.min().y() + float(y) * grid.spacing().y()) + 5);
      }
    }
  }
  const MeshReport report = inspect_mesh(marching_cubes(grid, 5.0F - 1e-4F));
  QVERIFY(report.watertight);
  QVERIFY(std::abs(report.high.y() - 0.1F) < 1e-3F);
  QVERIFY(std::abs(report.high.x() - 0.3F) < 0.01F);
  QVERIFY(std::abs(report.low.z() - 0.0F) < 0.01F);
  QVERIFY(std::abs(report.volume - 0.4 * 0.5 * 0.2) < 0.002);
}

void MarchingCubesTest::nothing_inside_is_an_empty_mesh() {
  const auto grid = grid_of(9, 0.5F, [](const auto&) { return 0.5F; });
  QVERIFY(marching_cubes(grid, 1).empty());
  QCOMPARE(largest_density(grid), 0.5F);
}

void MarchingCubesTest::non_finite_density_is_empty() {
  auto grid = grid_of(17, 0.5F, [](const auto& p) { return ball(p, {0, 0, 0}, 0.3F); });
  grid.density[grid.index(8, 8, 8)] = std::numeric_limits<float>::quiet_NaN();
  grid.density[grid.index(6, 8, 8)] = std::numeric_limits<float>::infinity();
  const MeshReport report = inspect_mesh(marching_cubes(grid, 0));
  QVERIFY(report.watertight);
  QVERIFY(report.finite);
  QCOMPARE(report.components, 3);  // the ball and two holes in it
}

void MarchingCubesTest::bad_grids_are_refused() {
  auto grid = grid_of(8, 0.5F, [](const auto&) { return 1.0F; });
  grid.density.pop_back();
  QVERIFY_EXCEPTION_THROWN(marching_cubes(grid, 0.5F), Error);
  QVERIFY_EXCEPTION_THROWN(marching_cubes(DensityGrid{}, 0.5F), Error);
  auto flat = grid_of(8, 0.5F, [](const auto&) { return 1.0F; });
  flat.box.max().y() = flat.box.min().y();
  QVERIFY_EXCEPTION_THROWN(marching_cubes(flat, 0.5F), Error);
}

void MarchingCubesTest::order_does_not_depend_on_threads() {
  RandomStream random({.seed = 8, .purpose = random_purpose("mesh_order")});
  const auto grid = grid_of(40, 0.5F, [&](const auto& p) {
    return ball(p, {0, 0, 0}, 0.4F) + 0.1F * float(random.normal());
  });
  const TriangleMesh parallel = marching_cubes(grid, 0);
  TriangleMesh serial;
  // Inside a parallel_for the pool's nested calls run serially.
  parallel_for(1, 1, [&](auto, auto) { serial = marching_cubes(grid, 0); });
  QVERIFY(parallel.triangles == serial.triangles);
  QVERIFY(parallel.positions == serial.positions);
  QVERIFY(parallel.normals == serial.normals);
}

QTEST_GUILESS_MAIN(MarchingCubesTest)
#include "marching_cubes_test.moc"

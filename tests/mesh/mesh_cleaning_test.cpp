// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/mesh_cleaning.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/mesh/marching_cubes.h"
#include "core/mesh/mesh_report.h"
#include "core/mesh/soft_occupancy.h"
#include "core/mesh/surface.h"
#include "tests/mesh/grids.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class MeshCleaningTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void floaters_are_removed();
  void inner_shells_are_removed();
  void degenerate_triangles_are_dropped();
  void smoothing_calms_without_shrinking();
  void smoothing_keeps_the_border();
  void report_finds_what_is_wrong();
  void colours_are_linear_and_batched();
  void surface_is_clean();
  void soft_occupancy_is_a_half_at_the_threshold();
  void a_ragged_field_has_a_smooth_surface();
  void no_surface_names_a_threshold();
};

void MeshCleaningTest::floaters_are_removed() {
  const Eigen::Vector3f big(-0.15F, 0, 0);
  const Eigen::Vector3f small(0.35F, 0.2F, 0);
  const auto grid = grid_of(
      48, 0.5F, [&](const auto& p) { return std::max(ball(p, big, 0.25F), ball(p, small, 0.1F)); });
  TriangleMesh mesh = marching_cubes(grid, 0);
  mesh.colours.resize(mesh.positions.size(), Eigen::Vector3f::Zero());
  for (std::size_t v = 0; v < mesh.positions.size(); ++v) {
    mesh.colours[v].x() = mesh.positions[v].x();
  }
  QCOMPARE(inspect_mesh(mesh).components, 2);
  QCOMPARE(keep_largest_component(mesh), 1);
  const MeshReport report = inspect_mesh(mesh);
  QCOMPARE(report.components, 1);
  QVERIFY(report.watertight);
  QCOMPARE(report.euler_characteristic, 2);
  QVERIFY(report.high.x() < 0.11F);
  QCOMPARE(mesh.normals.size(), mesh.positions.size());
  for (std::size_t v = 0; v < mesh.positions.size(); ++v) {
    QCOMPARE(mesh.colours[v].x(), mesh.positions[v].x());  // attributes moved with their vertex
  }
  QCOMPARE(keep_largest_component(mesh), 0);
}

void MeshCleaningTest::inner_shells_are_removed() {
  // A hollow ball with a crumpled cavity of more area than the outside.
  RandomStream random({.seed = 9, .purpose = random_purpose("cavity")});
  const auto grid = grid_of(48, 0.5F, [&](const Eigen::Vector3f& p) {
    if (p.norm() < 0.3F) return float(random.normal());
    return ball(p, {0, 0, 0}, 0.4F);
  });
  TriangleMesh mesh = marching_cubes(grid, 0);
  QVERIFY(keep_largest_component(mesh) > 1);
  QVERIFY(std::abs(inspect_mesh(mesh).high.x() - 0.4F) < 0.01F);
  QVERIFY(inspect_mesh(mesh).watertight);
}

void MeshCleaningTest::degenerate_triangles_are_dropped() {
  TriangleMesh mesh;
  mesh.positions = {{9, 9, 9}, {0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {2, 0, 0}};
  mesh.triangles = {{1, 2, 3}, {1, 1, 3}, {1, 2, 4}};
  QCOMPARE(drop_degenerate_triangles(mesh), 2);
  QCOMPARE(mesh.positions.size(), std::size_t(3));
  QCOMPARE(mesh.triangles.size(), std::size_t(1));
  QCOMPARE(mesh.positions[mesh.triangles[0][1]].x(), 1.0F);
}

void MeshCleaningTest::smoothing_calms_without_shrinking() {
  RandomStream random({.seed = 3, .purpose = random_purpose("bumps")});
  const auto grid = grid_of(48, 0.5F, [&](const auto& p) {
    return ball(p, {0, 0, 0}, 0.35F) + 0.006F * float(random.normal());
  });
  TriangleMesh mesh = marching_cubes(grid, 0);
  keep_largest_component(mesh);
  const auto roughness = [&] {
    double sum = 0;
    for (const auto& p : mesh.positions) sum += std::pow(double(p.norm()) - 0.35, 2);
    return std::sqrt(sum / double(mesh.positions.size()));
  };
  const double rough = roughness();
  const double volume = inspect_mesh(mesh).volume;
  taubin_smooth(mesh, {.iterations = 6});
  QVERIFY2(roughness() < 0.8 * rough, qPrintable(QString::number(roughness() / rough)));
  QVERIFY(std::abs(inspect_mesh(mesh).volume / volume - 1) < 0.005);
  QVERIFY(inspect_mesh(mesh).watertight);
  QCOMPARE(mesh.normals.size(), mesh.positions.size());
}

void MeshCleaningTest::smoothing_keeps_the_border() {
  TriangleMesh mesh;
  mesh.positions = {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {0.5F, 0.5F, 1}};
  mesh.triangles = {{0, 1, 4}, {1, 2, 4}, {2, 3, 4}, {3, 0, 4}};
  taubin_smooth(mesh, {.iterations = 1});
  QCOMPARE(mesh.positions[2], Eigen::Vector3f(1, 1, 0));
  QVERIFY(mesh.positions[4].z() < 1);
}

void MeshCleaningTest::report_finds_what_is_wrong() {
  TriangleMesh open;
  open.positions = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, -1, 0}};
  open.triangles = {{0, 1, 2}, {0, 1, 3}, {1, 0, 4}};
  const MeshReport report = inspect_mesh(open);
  QCOMPARE(report.non_manifold_edges, 1);
  QCOMPARE(report.boundary_edges, 6);
  QVERIFY(!report.watertight);
  QVERIFY(report.finite);
  open.positions[0].x() = NAN;
  QVERIFY(!inspect_mesh(open).finite);
  QVERIFY(!inspect_mesh(TriangleMesh{}).watertight);
}

void MeshCleaningTest::colours_are_linear_and_batched() {
  TriangleMesh mesh;
  mesh.positions.resize(10, Eigen::Vector3f::Zero());
  for (int v = 0; v < 10; ++v) mesh.positions[v].x() = float(v) / 9;
  int calls = 0;
  colour_vertices(
      mesh,
      [&](const std::vector<Eigen::Vector3f>& positions, std::vector<Eigen::Vector3f>& srgb) {
        ++calls;
        for (std::size_t i = 0; i < positions.size(); ++i) {
          srgb[i] = Eigen::Vector3f(positions[i].x(), 0.5F, 1.5F);
        }
      },
      4);
  QCOMPARE(calls, 3);
  QVERIFY(std::abs(mesh.colours[9].x() - 1) < 1e-6F);
  QVERIFY(std::abs(mesh.colours[9].y() - 0.21404F) < 1e-4F);
  QVERIFY(std::abs(mesh.colours[9].z() - 1) < 1e-6F);  // clamped
  QVERIFY(mesh.colours[4].x() < mesh.colours[5].x());
}

void MeshCleaningTest::surface_is_clean() {
  const auto grid = grid_of(40, 0.5F, [](const Eigen::Vector3f& p) {
    return 30 * std::max(ball(p, {0, 0, 0}, 0.3F), ball(p, {0.4F, 0.4F, 0.4F}, 0.08F));
  });
  const Surface surface = extract_surface(grid, {.threshold = 0.5F});
  QCOMPARE(surface.components_removed, 1);
  QVERIFY(surface.report.watertight);
  QCOMPARE(surface.report.components, 1);
  QCOMPARE(surface.report.triangles, std::int64_t(surface.mesh.triangles.size()));
}

void MeshCleaningTest::soft_occupancy_is_a_half_at_the_threshold() {
  const auto grid = grid_of(9, 0.5F, [](const Eigen::Vector3f& p) { return 40 * (p.x() + 0.5F); });
  const DensityGrid soft = soft_occupancy(grid, 20, 0);
  for (int x = 0; x < 9; ++x) {
    const float expected = 1 - std::pow(2.0F, -grid.at(x, 4, 4) / 20);
    QVERIFY(std::abs(soft.at(x, 4, 4) - expected) < 1e-6F);
  }
  QCOMPARE(soft.at(4, 4, 4), 0.5F);
  // A step is blurred into the error function of its distance.
  const auto step =
      grid_of(65, 0.5F, [](const Eigen::Vector3f& p) { return p.y() > 0.001F ? 1e6F : 0.0F; });
  const DensityGrid blurred = soft_occupancy(step, 20, 0.05F);
  for (int y = 16; y < 48; ++y) {
    const double from_step = (y - 32.5) / 64;
    const double expected = 0.5 * (1 + std::erf(from_step / (0.05 * std::sqrt(2.0))));
    QVERIFY(std::abs(blurred.at(32, y, 32) - expected) < 0.01);
  }
  // A place that is no number spoils none round it, and a blur may be wider than the box.
  auto holed = grid_of(9, 0.5F, [](const auto&) { return 20.0F; });
  holed.density[holed.index(4, 4, 4)] = NAN;
  const DensityGrid mended = soft_occupancy(holed, 20, 0.2F);
  for (const float o : mended.density) QVERIFY(o > 0 && o <= 0.5F);
  for (const float o : soft_occupancy(holed, 20, 1e30F).density) QVERIFY(o > 0 && o <= 0.5F);
  QVERIFY_EXCEPTION_THROWN(soft_occupancy(grid, 0, 0), Error);
  QVERIFY_EXCEPTION_THROWN(soft_occupancy(grid, 1, -1), Error);
}

void MeshCleaningTest::a_ragged_field_has_a_smooth_surface() {
  // A ball whose density jumps to hundreds at once, with a border that is raw by a node or so.
  RandomStream random({.seed = 4, .purpose = random_purpose("ragged")});
  const auto grid = grid_of(65, 0.5F, [&](const Eigen::Vector3f& p) {
    return p.norm() + 0.012F * float(random.normal()) < 0.35F ? 400.0F : 0.0F;
  });
  SurfaceOptions as_it_is;
  as_it_is.threshold = 25;
  SurfaceOptions soft = as_it_is;
  soft.blur = 0.02F;
  const auto off_the_ball = [](const TriangleMesh& mesh) {
    double sum = 0;
    for (const Eigen::Vector3f& p : mesh.positions) sum += std::pow(double(p.norm()) - 0.35, 2);
    return std::sqrt(sum / double(mesh.positions.size()));
  };
  const Surface raw = extract_surface(grid, as_it_is);
  const Surface smooth = extract_surface(grid, soft);
  QCOMPARE(smooth.report.euler_characteristic, 2);  // no tunnels
  QVERIFY(smooth.report.watertight);
  QVERIFY(off_the_ball(smooth.mesh) < 0.5 * off_the_ball(raw.mesh));
  QVERIFY(off_the_ball(smooth.mesh) < 0.006);
}

void MeshCleaningTest::no_surface_names_a_threshold() {
  const auto grid = grid_of(9, 0.5F, [](const auto&) { return 8.0F; });
  try {
    extract_surface(grid, {.threshold = 25});
    QFAIL("an empty surface came back");
  } catch (const Error& error) {
    QCOMPARE(error.code(), ErrorCode::kBadInput);
    QVERIFY(QString(error.what()).contains("25"));
    QVERIFY(QString(error.what()).contains("try the threshold 2"));
  }
  QVERIFY_EXCEPTION_THROWN(extract_surface(grid_of(9, 0.5F, [](const auto&) { return 0.0F; })),
                           Error);
}

QTEST_GUILESS_MAIN(MeshCleaningTest)
#include "mesh_cleaning_test.moc"

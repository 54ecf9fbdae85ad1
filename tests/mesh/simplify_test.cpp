// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/simplify.h"
#include "core/base/error.h"
#include "core/mesh/face_region.h"
#include "core/mesh/mesh_cleaning.h"
#include "core/mesh/mesh_report.h"
#include "tests/mesh/patches.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class SimplifyTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void meets_the_budget_and_stays_closed();
  void handles_stay();
  void face_is_denser();
  void border_stays();
  void attributes_move_along();
  void any_size_will_do_data();
  void any_size_will_do();
  void a_weight_that_is_no_number_counts_as_none();
  void bad_input_is_refused();
};

void SimplifyTest::meets_the_budget_and_stays_closed() {
  const TriangleMesh mesh = blob(56);
  const MeshReport before = inspect_mesh(mesh);
  QVERIFY(before.watertight);
  for (const int budget : {5000, 600, 40}) {
    const TriangleMesh less = simplify(mesh, {.triangles = budget});
    const MeshReport report = inspect_mesh(less);
    QVERIFY(report.triangles <= budget && report.triangles >= budget - 2);
    QVERIFY(report.watertight);
    QCOMPARE(report.euler_characteristic, 2);
    QCOMPARE(report.components, 1);
    const double lost = std::abs(report.volume / before.volume - 1);
    const double allowed = budget == 5000 ? 0.005 : budget == 600 ? 0.05 : 0.5;
    QVERIFY2(lost < allowed, qPrintable(QString::number(lost)));
    QVERIFY(simplify(mesh, {.triangles = budget}).triangles == less.triangles);
  }
  QVERIFY(simplify(mesh, {.triangles = int(before.triangles)}).triangles == mesh.triangles);
}

void SimplifyTest::handles_stay() {
  const TriangleMesh mesh = torus(40);
  QCOMPARE(inspect_mesh(mesh).euler_characteristic, 0);
  const MeshReport report = inspect_mesh(simplify(mesh, {.triangles = 60}));
  QCOMPARE(report.euler_characteristic, 0);
  QVERIFY(report.watertight);
  QVERIFY(report.triangles <= 60);
}

void SimplifyTest::face_is_denser() {
  const TriangleMesh mesh = marching_cubes(grid_of(64, 0.5F,
                                                   [](const auto& p) {
                                                     return ball(p, {0, 0, 0}, 0.4F);
                                                   }),
                                           0);
  const auto per_area = [](const TriangleMesh& m, bool front) {
    double count = 0;
    double area = 0;
    for (const auto& t : m.triangles) {
      const Eigen::Vector3f& a = m.positions[t[0]];
      const Eigen::Vector3f centre = (a + m.positions[t[1]] + m.positions[t[2]]) / 3;
      if (front ? face_weight(centre) < 0.99F : face_weight(centre) > 0) continue;
      ++count;
      area += 0.5 * double((m.positions[t[1]] - a).cross(m.positions[t[2]] - a).norm());
    }
    return count / area;
  };
  const TriangleMesh even = simplify(mesh, {.triangles = 3000, .magnification = 1});
  const double plain = per_area(even, true) / per_area(even, false);
  QVERIFY(plain > 0.7 && plain < 1.4);
  const TriangleMesh dense = simplify(mesh, {.triangles = 3000, .magnification = 2});
  const double ratio = per_area(dense, true) / per_area(dense, false);
  QVERIFY2(ratio > 2.5 && ratio < 6, qPrintable(QString::number(ratio)));
  // Another place may be the dense one.
  SimplifyOptions back;
  back.triangles = 3000;
  back.weight = [](const Eigen::Vector3f& p) { return p.z() < 0 ? 1.0F : 0.0F; };
  const TriangleMesh other = simplify(mesh, back);
  QVERIFY(per_area(other, true) < 0.6 * per_area(other, false));
}

void SimplifyTest::border_stays() {
  const TriangleMesh mesh =
      sheet(21, 21, [](float u, float v) { return Eigen::Vector3f(u, v, 0.1F * u * v); });
  const TriangleMesh less = simplify(mesh, {.triangles = 200});
  const MeshReport report = inspect_mesh(less);
  QCOMPARE(report.boundary_edges, std::int64_t(80));
  QCOMPARE(report.non_manifold_edges, std::int64_t(0));
  QCOMPARE(report.euler_characteristic, 1);
  QVERIFY(report.triangles <= 200);
}

void SimplifyTest::attributes_move_along() {
  TriangleMesh mesh = blob(24);
  compute_normals(mesh);
  for (const Eigen::Vector3f& p : mesh.positions) {
    mesh.colours.emplace_back(p.x(), 0, 0);
    mesh.texcoords.emplace_back(p.y(), p.z());
  }
  TriangleMesh less = simplify(mesh, {.triangles = 300});
  const auto agree = [&] {
    QCOMPARE(less.normals.size(), less.positions.size());
    for (std::size_t v = 0; v < less.positions.size(); ++v) {
      QCOMPARE(less.colours[v].x(), less.positions[v].x());
      QCOMPARE(less.texcoords[v].x(), less.positions[v].y());
    }
  };
  agree();
  // The other ways to lose vertices carry places in the texture too.
  less.triangles.resize(less.triangles.size() / 2);
  drop_degenerate_triangles(less);
  QCOMPARE(less.texcoords.size(), less.positions.size());
  agree();
}

void SimplifyTest::any_size_will_do_data() {
  QTest::addColumn<float>("scale");
  QTest::newRow("tiny") << 1e-15F;
  QTest::newRow("huge") << 1e15F;
}

void SimplifyTest::any_size_will_do() {
  QFETCH(float, scale);
  TriangleMesh mesh = blob(24);
  SimplifyOptions options;
  options.triangles = 300;
  options.weight = [](const Eigen::Vector3f&) { return 0.0F; };
  const double volume = inspect_mesh(simplify(mesh, options)).volume;
  for (Eigen::Vector3f& p : mesh.positions) p *= scale;
  const MeshReport report = inspect_mesh(simplify(mesh, options));
  QVERIFY(report.watertight);
  QVERIFY(report.triangles <= 300);
  QVERIFY(std::abs(report.volume / std::pow(double(scale), 3) / volume - 1) < 0.05);
}

void SimplifyTest::a_weight_that_is_no_number_counts_as_none() {
  const TriangleMesh mesh = blob(24);
  SimplifyOptions none;
  none.triangles = 300;
  none.weight = [](const Eigen::Vector3f&) { return 0.0F; };
  SimplifyOptions nan = none;
  nan.weight = [](const Eigen::Vector3f&) { return NAN; };
  QVERIFY(simplify(mesh, nan).triangles == simplify(mesh, none).triangles);
}

void SimplifyTest::bad_input_is_refused() {
  const TriangleMesh mesh = blob(16);
  QVERIFY_EXCEPTION_THROWN(simplify(mesh, {.triangles = 3}), Error);
  QVERIFY_EXCEPTION_THROWN(simplify(mesh, {.magnification = 0.5}), Error);
  TriangleMesh fin = mesh;
  fin.positions.emplace_back(0, 9, 9);
  fin.triangles.push_back(
      {fin.triangles[0][0], fin.triangles[0][1], std::uint32_t(fin.positions.size() - 1)});
  try {
    simplify(fin, {.triangles = 100});
    QFAIL("an edge with three triangles passed");
  } catch (const Error& error) {
    QCOMPARE(error.code(), ErrorCode::kBadInput);
    QVERIFY(QString(error.what()).contains("3 triangles"));
  }
  TriangleMesh infinite = mesh;
  infinite.positions[3].x() = INFINITY;
  QVERIFY_EXCEPTION_THROWN(simplify(infinite), Error);
  TriangleMesh amiss = mesh;
  amiss.triangles[7][1] = std::uint32_t(mesh.positions.size() + 1000000);
  QVERIFY_EXCEPTION_THROWN(simplify(amiss, {.triangles = 100}), Error);
}

QTEST_GUILESS_MAIN(SimplifyTest)
#include "simplify_test.moc"

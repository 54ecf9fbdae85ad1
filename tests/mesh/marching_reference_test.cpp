// SPDX-License-Identifier: Apache-2.0
// marching_cubes() and compute_normals() against their plain references: equal in every bit.
#include "core/base/random.h"
#include "core/mesh/marching_cubes.h"
#include "tests/mesh/grids.h"
#include "tests/mesh/plain_marching_cubes.h"

#include <QtTest>

#include <limits>
#include <utility>

using namespace portrait;

class MarchingReferenceTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void every_value_is_that_of_the_plain_reference_data();
  void every_value_is_that_of_the_plain_reference();
  void normals_of_shuffled_triangles_are_those_of_the_plain_reference();
};

void MarchingReferenceTest::every_value_is_that_of_the_plain_reference_data() {
  QTest::addColumn<int>("x");
  QTest::addColumn<int>("y");
  QTest::addColumn<int>("z");
  QTest::addColumn<float>("threshold");
  // Rows that end before, at and behind a word of 64 nodes, layers that end so with a slab of 8.
  for (const int x : {2, 61, 62, 63, 64, 65, 126, 127, 128, 129}) {
    QTest::addRow("row of %d", x) << x << 7 << 5 << 0.0F;
  }
  for (const int z : {2, 6, 7, 8, 9, 14, 15, 16, 33}) {
    QTest::addRow("%d layers", z) << 9 << 6 << z << 0.3F;
  }
  QTest::addRow("two rows") << 70 << 2 << 9 << 0.0F;
  QTest::addRow("all finite are inside") << 66 << 5 << 10 << -3e38F;
  QTest::addRow("nearly all are outside") << 66 << 9 << 18 << 2.9F;
}

void MarchingReferenceTest::every_value_is_that_of_the_plain_reference() {
  QFETCH(int, x);
  QFETCH(int, y);
  QFETCH(int, z);
  QFETCH(float, threshold);
  DensityGrid grid;
  grid.box =
      Eigen::AlignedBox3f(Eigen::Vector3f(-0.1F, 0.2F, 0.3F), Eigen::Vector3f(0.4F, 0.9F, 0.5F));
  grid.dims = {x, y, z};
  RandomStream random({.seed = 9, .purpose = random_purpose("mesh_reference")});
  for (int i = 0; i < x * y * z; ++i) {
    // Numbers, numbers at the threshold, and what is no number, each beside each other.
    const auto kind = random.integer(0, 29);
    const float infinity = std::numeric_limits<float>::infinity();
    grid.density.push_back(kind == 0   ? std::numeric_limits<float>::quiet_NaN()
                           : kind == 1 ? infinity
                           : kind == 2 ? -infinity
                           : kind == 3 ? threshold
                           : kind == 4 ? std::numeric_limits<float>::max()
                                       : float(random.normal()));
  }
  const TriangleMesh mesh = marching_cubes(grid, threshold);
  TriangleMesh plain = PlainMarchingCubes(grid, threshold).run();
  plain_normals(plain);
  QVERIFY(!plain.empty());
  QCOMPARE(mesh.positions.size(), plain.positions.size());
  QVERIFY(mesh.positions == plain.positions);
  QVERIFY(mesh.triangles == plain.triangles);
  QVERIFY(mesh.normals == plain.normals);
}

void MarchingReferenceTest::normals_of_shuffled_triangles_are_those_of_the_plain_reference() {
  // Every block of triangles then touches vertices of every thread; many blocks, so that a thread
  // that wrote to another's vertices can meet it at work (the thread sanitizer would always see
  // it).
  const auto grid = grid_of(100, 0.5F, [&](const auto& p) { return ball(p, {0, 0, 0}, 0.4F); });
  TriangleMesh mesh = marching_cubes(grid, 0);
  QVERIFY(mesh.triangles.size() > 8 * 4096);
  RandomStream random({.seed = 10, .purpose = random_purpose("mesh_shuffle")});
  for (std::size_t i = mesh.triangles.size() - 1; i > 0; --i) {
    std::swap(mesh.triangles[i], mesh.triangles[std::size_t(random.integer(0, int(i)))]);
  }
  mesh.positions.push_back({0, 0, 0});  // a vertex without a triangle
  TriangleMesh plain = mesh;
  plain_normals(plain);
  compute_normals(mesh);
  QVERIFY(mesh.normals == plain.normals);
  QCOMPARE(mesh.normals.back(), Eigen::Vector3f(0, 0, 1));
}

QTEST_GUILESS_MAIN(MarchingReferenceTest)
#include "marching_reference_test.moc"

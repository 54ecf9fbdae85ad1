// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/atlas.h"
#include "core/base/error.h"
#include "core/mesh/atlas_report.h"
#include "core/mesh/bit_mask.h"
#include "core/mesh/chart_packing.h"
#include "core/mesh/chart_quality.h"
#include "core/mesh/face_region.h"
#include "core/mesh/mesh_connectivity.h"
#include "core/mesh/mesh_report.h"
#include "tests/mesh/patches.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace portrait;

class AtlasTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void charts_are_disks_data();
  void charts_are_disks();
  void face_is_one_chart();
  void blob_unwraps_without_overlap();
  void surface_and_attributes_are_kept();
  void padding_is_kept();
  void face_scale_doubles_the_texels();
  void same_mesh_same_atlas();
  void report_finds_what_is_wrong();
  void ragged_meshes_are_laid_out_once();
  void small_and_large_textures_have_room_data();
  void small_and_large_textures_have_room();
  void bits_of_a_row_are_filled();
  void quantiles_follow_what_is_added();
  void bad_input_is_refused();
};

void AtlasTest::charts_are_disks_data() {
  QTest::addColumn<int>("shape");
  QTest::newRow("sphere") << 0;
  QTest::newRow("torus") << 1;
  QTest::newRow("tube, open at both ends") << 2;
  QTest::newRow("one triangle") << 3;
  QTest::newRow("two spheres") << 4;
  QTest::newRow("huge") << 5;
  QTest::newRow("tiny") << 6;
  QTest::newRow("all of it face") << 7;
}

void AtlasTest::charts_are_disks() {
  QFETCH(int, shape);
  TriangleMesh mesh;
  if (shape == 0) {
    mesh = marching_cubes(grid_of(28, 0.5F,
                                  [](const auto& p) {
                                    return ball(p, {0, 0, 0}, 0.4F);
                                  }),
                          0);
  } else if (shape == 1) {
    mesh = torus(32);
  } else if (shape == 2) {
    mesh = sheet(24, 12, [](float u, float v) {
      return Eigen::Vector3f(0.2F * std::sin(6.2831853F * u), 0.9F * v,
                             0.2F * std::cos(6.2831853F * u));
    });
    for (auto& t : mesh.triangles) {
      for (auto& v : t) v = v % 24 == 23 ? v - 23 : v;
    }
    drop_unused_vertices(mesh);
    QCOMPARE(inspect_mesh(mesh).euler_characteristic, 0);
  } else if (shape == 3) {
    mesh = sheet(2, 2, [](float u, float v) { return Eigen::Vector3f(u, v, 0); });
    mesh.triangles.resize(1);
  } else if (shape == 5 || shape == 6) {
    mesh = blob(20);
    for (Eigen::Vector3f& p : mesh.positions) p *= shape == 5 ? 1e18F : 1e-8F;
  } else if (shape == 7) {
    mesh = sheet(9, 9, [](float u, float v) {
      return Eigen::Vector3f(0.1F * u, 0.1F * v, 0.3F + 0.02F * std::sin(6 * u) * std::sin(5 * v));
    });
  } else {
    mesh = marching_cubes(
        grid_of(28, 0.5F,
                [](const auto& p) {
                  return std::max(ball(p, {-0.25F, 0, 0}, 0.2F), ball(p, {0.25F, 0, 0}, 0.2F));
                }),
        0);
  }
  const std::vector<Chart> charts = cut_into_charts(mesh);
  std::set<std::uint32_t> seen;
  std::size_t laid_out = 0;
  for (const Chart& chart : charts) {
    QCOMPARE(chart.mesh.euler_characteristic, 1);
    QCOMPARE(chart.mesh.borders.size(), std::size_t(1));
    QCOMPARE(flipped_triangles(chart.mesh, chart.map), 0);
    QVERIFY(border_crossings(chart.mesh, chart.map).empty());
    seen.insert(chart.mesh.mesh_triangles.begin(), chart.mesh.mesh_triangles.end());
    laid_out += chart.mesh.mesh_triangles.size();
    QVERIFY(shape != 7 || chart.face);
  }
  QCOMPARE(seen.size(), mesh.triangles.size());
  QCOMPARE(laid_out, mesh.triangles.size());  // none twice
  QVERIFY(charts.size() < 20);
}

void AtlasTest::face_is_one_chart() {
  const TriangleMesh mesh = blob(48);
  const std::vector<Chart> charts = cut_into_charts(mesh);
  double face = 0;
  double largest = 0;
  for (const Chart& chart : charts) {
    double here = 0;
    for (const std::uint32_t t : chart.mesh.mesh_triangles) {
      const auto& [a, b, c] = mesh.triangles[t];
      const Eigen::Vector3f centre =
          (mesh.positions[a] + mesh.positions[b] + mesh.positions[c]) / 3;
      if (face_weight(centre) > 0.9F) here += twice_area(mesh, mesh.triangles[t]);
    }
    face += here;
    if (chart.face) largest = std::max(largest, here);
  }
  QVERIFY2(largest > 0.95 * face, qPrintable(QString::number(largest / face)));
}

void AtlasTest::blob_unwraps_without_overlap() {
  const TriangleMesh atlas = unwrap(blob(48), {.texture_size = 512, .padding = 2});
  const AtlasReport report = inspect_atlas(atlas, 512);
  QCOMPARE(report.overlap, std::int64_t(0));
  QCOMPARE(report.flipped, std::int64_t(0));
  QCOMPARE(report.outside, std::int64_t(0));
  QVERIFY2(report.median_stretch <= 1.3, qPrintable(QString::number(report.median_stretch)));
  QVERIFY2(report.used >= 0.5, qPrintable(QString::number(report.used)));
  QVERIFY(report.charts > 1 && report.charts < 40);
}

void AtlasTest::surface_and_attributes_are_kept() {
  TriangleMesh mesh = blob(28);
  for (const Eigen::Vector3f& p : mesh.positions) mesh.colours.emplace_back(p.x(), p.y(), p.z());
  const TriangleMesh atlas = unwrap(mesh, {.texture_size = 256, .padding = 2});
  QCOMPARE(atlas.triangles.size(), mesh.triangles.size());
  QCOMPARE(atlas.texcoords.size(), atlas.positions.size());
  QVERIFY(atlas.positions.size() > mesh.positions.size());
  compute_normals(mesh);
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    for (int i = 0; i < 3; ++i) {
      QCOMPARE(atlas.positions[atlas.triangles[t][i]], mesh.positions[mesh.triangles[t][i]]);
      QCOMPARE(atlas.colours[atlas.triangles[t][i]], mesh.colours[mesh.triangles[t][i]]);
      QCOMPARE(atlas.normals[atlas.triangles[t][i]], mesh.normals[mesh.triangles[t][i]]);
    }
  }
}

void AtlasTest::padding_is_kept() {
  const int size = 256;
  const int padding = 6;
  const TriangleMesh atlas = unwrap(blob(28), {.texture_size = size, .padding = padding});
  const Components components = connected_components(atlas);
  double nearest = size;
  for (std::size_t v = 0; v < atlas.positions.size(); ++v) {
    const Eigen::Vector2f p = atlas.texcoords[v] * size;
    QVERIFY(p.minCoeff() >= padding - 1e-3F && p.maxCoeff() <= size - padding + 1e-3F);
    for (std::size_t w = 0; w < v; ++w) {
      if (components.of_vertex[v] == components.of_vertex[w]) continue;
      nearest = std::min(nearest, double((atlas.texcoords[w] * size - p).norm()));
    }
  }
  QVERIFY2(nearest >= padding && nearest < 4 * padding, qPrintable(QString::number(nearest)));
}

void AtlasTest::face_scale_doubles_the_texels() {
  const TriangleMesh mesh = blob(32);
  const auto ratio = [&](double scale) {
    const AtlasReport report =
        inspect_atlas(unwrap(mesh, {.texture_size = 512, .face_scale = scale}), 512);
    return report.face_texels_per_mm / report.texels_per_mm;
  };
  const double once = ratio(1);
  const double twice = ratio(2);
  QVERIFY2(std::abs(once - 1) < 0.1, qPrintable(QString::number(once)));
  QVERIFY2(std::abs(twice / once - 2) < 0.2, qPrintable(QString::number(twice / once)));
}

void AtlasTest::same_mesh_same_atlas() {
  const TriangleMesh mesh = blob(24);
  const TriangleMesh one = unwrap(mesh);
  const TriangleMesh two = unwrap(mesh);
  QVERIFY(one.triangles == two.triangles);
  QVERIFY(one.texcoords == two.texcoords);
}

void AtlasTest::report_finds_what_is_wrong() {
  TriangleMesh mesh = sheet(2, 2, [](float u, float v) { return Eigen::Vector3f(u, v, 0); });
  mesh.texcoords = {{0.25F, 0.75F}, {0.75F, 0.75F}, {0.25F, 0.25F}, {0.75F, 0.25F}};
  AtlasReport report = inspect_atlas(mesh, 64);
  QCOMPARE(report.charts, 1);
  QCOMPARE(report.flipped, std::int64_t(0));
  QCOMPARE(report.overlap, std::int64_t(0));
  QVERIFY(std::abs(report.used - 0.25) < 1e-6);
  QVERIFY(std::abs(report.median_stretch - 1) < 1e-6);
  QVERIFY(std::abs(report.texels_per_mm - 32 / 400.0) < 1e-6);
  for (auto& p : mesh.texcoords) p.x() = 0.5F + 0.5F * (p.x() - 0.5F);
  QVERIFY(std::abs(inspect_atlas(mesh, 64).median_stretch - 2) < 1e-6);
  for (auto& p : mesh.texcoords) p.x() = 1 - p.x();  // mirrored
  QCOMPARE(inspect_atlas(mesh, 64).flipped, std::int64_t(2));
  mesh.texcoords[3] = mesh.texcoords[0];  // one without area
  mesh.texcoords[1].x() = 1.5F;
  report = inspect_atlas(mesh, 64);
  QVERIFY(report.flipped > 0);
  QCOMPARE(report.outside, std::int64_t(1));
  mesh.texcoords[1].x() = NAN;  // in one of the two
  report = inspect_atlas(mesh, 64);
  QVERIFY(report.flipped > 0 && std::isfinite(report.used));
  QCOMPARE(report.outside, std::int64_t(1));
  // The same triangle twice.
  mesh.texcoords = {{0.25F, 0.75F}, {0.75F, 0.75F}, {0.25F, 0.25F}, {0.75F, 0.25F}};
  const std::int64_t samples = 64 * 64 / 4 * 16 / 2;
  mesh.triangles.push_back(mesh.triangles[0]);
  report = inspect_atlas(mesh, 64);
  QVERIFY(report.overlap > samples * 9 / 10 && report.overlap <= samples);
}

void AtlasTest::ragged_meshes_are_laid_out_once() {
  // Noise makes tunnels, crumbs and folds: handles, holes, trimming and merging all have work.
  const auto grid = grid_of(26, 0.5F, [](const Eigen::Vector3f& p) {
    return 0.4F - p.norm() +
           0.06F * std::sin(40 * p.x() + 3 * std::sin(23 * p.z())) * std::sin(37 * p.y()) *
               std::sin(43 * p.z() + 1);
  });
  const TriangleMesh mesh = marching_cubes(grid, 0);
  std::vector<int> times(mesh.triangles.size(), 0);
  for (const Chart& chart : cut_into_charts(mesh)) {
    QVERIFY(chart.mesh.is_disk());
    for (const std::uint32_t t : chart.mesh.mesh_triangles) ++times[t];
  }
  QVERIFY(std::all_of(times.begin(), times.end(), [](int n) { return n == 1; }));
  const AtlasReport report =
      inspect_atlas(unwrap(mesh, {.texture_size = 1024, .padding = 1}), 1024);
  QCOMPARE(report.overlap, std::int64_t(0));
  QCOMPARE(report.flipped, std::int64_t(0));
}

void AtlasTest::small_and_large_textures_have_room_data() {
  QTest::addColumn<int>("size");
  QTest::newRow("smallest") << 16;
  QTest::newRow("no multiple of the cells") << 700;
  QTest::newRow("large") << 8192;
}

void AtlasTest::small_and_large_textures_have_room() {
  QFETCH(int, size);
  const TriangleMesh mesh =
      sheet(9, 9, [](float u, float v) { return Eigen::Vector3f(u, v, 0.1F * u * v); });
  const AtlasReport report =
      inspect_atlas(unwrap(mesh, {.texture_size = size, .padding = 3}), size);
  QCOMPARE(report.overlap, std::int64_t(0));
  QCOMPARE(report.outside, std::int64_t(0));
  QVERIFY(report.used > (size == 16 ? 0.1 : 0.7));
}

void AtlasTest::bits_of_a_row_are_filled() {
  BitMask mask(200, 3);
  QCOMPARE(mask.fill(3, 3, 1), std::int64_t(0));
  QCOMPARE(mask.count(), std::int64_t(0));
  QCOMPARE(mask.fill(60, 133, 1), std::int64_t(0));
  QCOMPARE(mask.fill(0, 200, 1), std::int64_t(73));
  QCOMPARE(mask.count(), std::int64_t(200));
  QVERIFY(mask.at(0, 1) && mask.at(199, 1) && !mask.at(199, 0) && !mask.at(0, 2));
}

void AtlasTest::quantiles_follow_what_is_added() {
  WeightedValues values;
  QCOMPARE(values.quantile(0.5), 0.0);
  values.add(2, 1);
  QCOMPARE(values.quantile(0.5), 2.0);
  values.add(1, 3);
  QCOMPARE(values.quantile(0.5), 1.0);
  QCOMPARE(values.quantile(0.9), 2.0);
}

void AtlasTest::bad_input_is_refused() {
  const TriangleMesh mesh = blob(16);
  QVERIFY_EXCEPTION_THROWN(unwrap(TriangleMesh{}), Error);
  QVERIFY_EXCEPTION_THROWN(unwrap(mesh, {.face_scale = 0}), Error);
  QVERIFY_EXCEPTION_THROWN(unwrap(mesh, {.texture_size = 8}), Error);
  QVERIFY_EXCEPTION_THROWN(unwrap(mesh, {.texture_size = 64, .padding = 40}), Error);
  QVERIFY_EXCEPTION_THROWN(inspect_atlas(mesh, 64), Error);
  QVERIFY_EXCEPTION_THROWN(cut_into_charts(mesh, {.high_stretch = 1}), Error);
  QVERIFY_EXCEPTION_THROWN(cut_into_charts(mesh, {.area_spread = NAN}), Error);
  QVERIFY_EXCEPTION_THROWN(cut_into_charts(mesh, {.face_leniency = NAN}), Error);
  TriangleMesh uneven = mesh;
  uneven.colours.resize(3);
  QVERIFY_EXCEPTION_THROWN(unwrap(uneven), Error);
  TriangleMesh twice = mesh;
  twice.triangles.push_back(twice.triangles.front());
  try {
    unwrap(twice);
    QFAIL("a mesh that is no manifold passed");
  } catch (const Error& error) {
    QCOMPARE(error.code(), ErrorCode::kBadInput);
    QVERIFY(QString(error.what()).contains("manifold"));
  }
}

QTEST_GUILESS_MAIN(AtlasTest)
#include "atlas_test.moc"

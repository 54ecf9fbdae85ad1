// SPDX-License-Identifier: Apache-2.0
// The splat's kernels against the plain loops of the reference.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/reprojection/kernels/splat_kernels.h"
#include "core/reprojection/splat.h"
#include "core/reprojection/view_pair.h"
#include "tests/reprojection/test_views.h"

#include <QtTest>

#include <algorithm>
#include <vector>

using namespace portrait;

class SplatReferenceTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void is_the_reference_data();
  void is_the_reference();
  void vectors_and_plain_code_agree();
  void nothing_depends_on_the_threads();
  void bad_calls_are_refused();
};

void SplatReferenceTest::is_the_reference_data() {
  QTest::addColumn<int>("width");
  QTest::addColumn<int>("height");
  QTest::addColumn<int>("target_width");
  QTest::addColumn<int>("target_height");
  QTest::newRow("square") << 64 << 64 << 64 << 64;
  QTest::newRow("odd") << 67 << 53 << 61 << 71;
  QTest::newRow("magnified") << 41 << 37 << 130 << 127;
  QTest::newRow("reduced") << 130 << 127 << 33 << 35;
  QTest::newRow("narrow") << 3 << 90 << 90 << 3;
  QTest::newRow("one pixel") << 1 << 1 << 1 << 1;
  QTest::newRow("to one pixel") << 50 << 50 << 1 << 1;
  QTest::newRow("one row") << 70 << 1 << 70 << 2;
}

void SplatReferenceTest::is_the_reference() {
  QFETCH(int, width);
  QFETCH(int, height);
  QFETCH(int, target_width);
  QFETCH(int, target_height);
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    DrivingView view = random_view(width, height, seed);
    if (seed >= 3) view.depth.copy_((view.depth * 64).round() / 64);  // many equal depths
    if (seed == 5) {
      RandomStream random({seed, random_purpose("test normals"), 0, 0});
      view.normals = at::empty({3, height, width});
      random.fill_normal({view.normals.data_ptr<float>(), std::size_t(view.normals.numel())});
    }
    const Camera target = seed == 4 ? view.camera : rig_camera({double(seed) * 9 - 20, 8});
    for (const bool closing : {true, false}) {
      SplatOptions options;
      options.close_holes = closing;
      if (seed % 2) options.max_step_px = 12;
      const SplatMap found = make_splat(view, target, target_width, target_height, options);
      const SplatMap expected =
          make_splat_reference(view, target, target_width, target_height, options);
      QVERIFY2(same(found, expected), qPrintable(QString("seed %1").arg(seed)));
    }
  }
}

void SplatReferenceTest::vectors_and_plain_code_agree() {
  for (const int width : {1, 2, 7, 61, 64}) {
    DrivingView view = random_view(width, 33, 9);
    for (const bool normals : {false, true}) {
      if (normals) view.normals = at::linspace(-1, 1.7, 3 * 33 * width).sin().view({3, 33, width});
      const SplatGeometry geometry = pair_geometry(view, rig_camera({12, 3}), 70, 69, {});
      const LiftedMaps maps = lifted_maps(view);
      std::vector<SplatKey> found(70 * 69, kNoPoint);
      std::vector<SplatKey> expected = found;
      lift_rows(geometry, maps, 0, 33, found.data());
      lift_rows_plain(geometry, maps, 0, 33, expected.data());
      QVERIFY(found == expected);
      QVERIFY(width < 7 || std::count(found.begin(), found.end(), kNoPoint) < 70 * 69 - 20);
      // In any order of the rows.
      std::vector<SplatKey> backwards(70 * 69, kNoPoint);
      for (int y = 32; y >= 0; --y) lift_rows(geometry, maps, y, y + 1, backwards.data());
      QVERIFY(found == backwards);
    }
  }
}

void SplatReferenceTest::nothing_depends_on_the_threads() {
  const DrivingView view = random_view(203, 197, 3);
  const SplatMap many = make_splat(view, rig_camera({15, 0}), 230, 222);
  SplatMap one;
  on_one_thread([&] { one = make_splat(view, rig_camera({15, 0}), 230, 222); });
  QVERIFY(same(many, one));
}

void SplatReferenceTest::bad_calls_are_refused() {
  const DrivingView view = ball_view(rig_camera({0, 0}), 8);
  const Camera camera = rig_camera({0, 0});
  QVERIFY_EXCEPTION_THROWN(make_splat(view, camera, 0, 8), Error);
  QVERIFY_EXCEPTION_THROWN(make_splat(view, camera, 8, 20000), Error);
  SplatOptions options;
  options.max_angle_deg = 91;
  QVERIFY_EXCEPTION_THROWN(make_splat(view, camera, 8, 8, options), Error);
  options.max_angle_deg = 80;
  options.max_step_px = 0;
  QVERIFY_EXCEPTION_THROWN(make_splat(view, camera, 8, 8, options), Error);
  DrivingView odd = view;
  odd.opacity = at::ones({8, 7});
  QVERIFY_EXCEPTION_THROWN(make_splat(odd, camera, 8, 8), Error);
  odd = view;
  odd.depth = view.depth.to(at::kDouble);
  QVERIFY_EXCEPTION_THROWN(make_splat(odd, camera, 8, 8), Error);
  QVERIFY_EXCEPTION_THROWN(make_splat({}, camera, 8, 8), Error);
}

QTEST_GUILESS_MAIN(SplatReferenceTest)
#include "splat_reference_test.moc"

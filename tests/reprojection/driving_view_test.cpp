// SPDX-License-Identifier: Apache-2.0
// Views at the resolution of a latent or a layer.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/reprojection/driving_view.h"
#include "tests/reprojection/test_views.h"

#include <QtTest>

using namespace portrait;

class DrivingViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void the_same_size_keeps_every_depth();
  void a_cell_takes_the_median_of_what_is_lifted();
  void no_depth_lies_between_two_surfaces();
  void finer_and_odd_sizes_take_the_pixel_under_the_centre();
  void a_finer_grid_follows_the_slope();
  void a_finer_grid_does_not_bridge_two_surfaces();
  void normals_come_from_the_pixel_of_the_depth();
  void nothing_depends_on_the_threads();
  void bad_calls_are_refused();
};

void DrivingViewTest::the_same_size_keeps_every_depth() {
  const DrivingView view = ball_view(rig_camera({5, 5}), 33);
  const DrivingView found = resample_view(view, 33, 33);
  QVERIFY(at::equal(found.depth, view.depth));
  QVERIFY(at::equal(found.segmentation, view.depth.isfinite().to(at::kFloat)));
  QVERIFY(found.camera.world_from_camera == view.camera.world_from_camera);
}

void DrivingViewTest::a_cell_takes_the_median_of_what_is_lifted() {
  DrivingView view{
      rig_camera({0, 0}), at::full({4, 8}, 9.0F), at::ones({4, 8}), at::ones({4, 8}), {}};
  const float cell[] = {5, 1, 4, 2, 3, 8, 7, 6};
  for (int i = 0; i < 8; ++i) at2(view.depth, i / 4, i % 4) = cell[i];
  // Cell 0: sixteen pixels, of which eight are lifted: 1 .. 8, the lower median is 4.
  view.opacity.slice(0, 2).slice(1, 0, 4).fill_(0.4);
  // Cell 1: seven are lifted, too few.
  view.segmentation.slice(1, 4).zero_();
  for (int i = 0; i < 7; ++i) at2(view.segmentation, 0, 4 + i % 4) = 1;
  at2(view.segmentation, 1, 4) = at2(view.segmentation, 1, 5) = at2(view.segmentation, 1, 6) = 1;
  const DrivingView found = resample_view(view, 2, 1);
  QCOMPARE(at2(found.depth, 0, 0), 4.0F);
  QCOMPARE(at2(found.opacity, 0, 0), 1.0F);
  QVERIFY(std::isinf(at2(found.depth, 0, 1)));
  QCOMPARE(at2(found.segmentation, 0, 1), 0.0F);
  QVERIFY(std::isinf(at2(resample_view(view, 2, 1, 0.95).depth, 0, 1)));
}

void DrivingViewTest::no_depth_lies_between_two_surfaces() {
  DrivingView view{rig_camera({0, 0}), at::full({64, 64}, 3.0F), {}, {}, {}};
  view.depth.slice(1, 0, 29).fill_(2.0F);
  for (const int width : {8, 13, 16, 63}) {
    const Tensor depth = resample_view(view, width, width).depth;
    QVERIFY(depth.eq(2).logical_or(depth.eq(3)).all().item<bool>());
    QVERIFY(depth.eq(2).any().item<bool>() && depth.eq(3).any().item<bool>());
  }
}

void DrivingViewTest::finer_and_odd_sizes_take_the_pixel_under_the_centre() {
  // Six surfaces far apart.
  DrivingView view{
      rig_camera({0, 0}), at::arange(1, 7, at::kFloat).exp().view({2, 3}), {}, {}, {}};
  const Tensor fine = resample_view(view, 6, 4).depth;
  QVERIFY(at::equal(fine, view.depth.repeat_interleave(2, 0).repeat_interleave(2, 1)));
  const Tensor odd = resample_view(view, 2, 2).depth;  // centres 1/6, 3/6, 5/6: 0 | 1, 2
  QVERIFY(at::equal(odd, at::tensor({1.0F, 2.0F, 4.0F, 5.0F}).exp().view({2, 2})));
  QCOMPARE(resample_view(view, 1, 1).depth.item<float>(), std::exp(3.0F));
}

// A finer grid has no stairs: on a ball it is as good as one that was looked at that finely, but for
// its rim, where pixels of the coarse one are missing.
void DrivingViewTest::a_finer_grid_follows_the_slope() {
  const DrivingView coarse = ball_view(rig_camera({0, 0}), 64);
  const DrivingView fine = ball_view(rig_camera({0, 0}), 256);
  const DrivingView found = resample_view(coarse, 256, 256);
  const Tensor inner = ball_view(rig_camera({0, 0}), 256, 0.36).depth.isfinite();
  const Tensor off = (found.depth - fine.depth).abs().masked_select(inner);
  QVERIFY2(off.max().item<double>() < 2e-3, qPrintable(QString::number(off.max().item<double>())));
  const Tensor stairs =
      coarse.depth.repeat_interleave(4, 0).repeat_interleave(4, 1) - fine.depth;
  QVERIFY(stairs.abs().masked_select(inner).max().item<double>() > 1e-2);

  // Seen from the side it holds together where the fine one does.
  const Camera beside = rig_camera({35, 0});
  const auto known = [&](const DrivingView& view) { return make_splat(view, beside, 256, 256).known(); };
  const Tensor whole = known(fine).squeeze(0).gt(0);
  const double kept = known(found).squeeze(0).masked_select(whole).mean().item<double>();
  QVERIFY2(kept > 0.97, qPrintable(QString::number(kept)));
}

void DrivingViewTest::a_finer_grid_does_not_bridge_two_surfaces() {
  DrivingView view{rig_camera({0, 0}), at::full({16, 16}, 3.0F), {}, {}, {}};
  view.depth.slice(1, 0, 7).fill_(2.0F);
  view.depth.slice(0, 12).fill_(kNoDepth);
  view.normals = at::zeros({3, 16, 16});
  view.normals[2].fill_(1);
  const DrivingView found = resample_view(view, 64, 64);
  QVERIFY(found.depth.eq(2).logical_or(found.depth.eq(3)).logical_or(found.depth.isinf()).all().item<bool>());
  QCOMPARE(found.segmentation.sum().item<int>(), 48 * 64);
  QVERIFY(at::equal(found.normals[2], found.segmentation));
}

void DrivingViewTest::normals_come_from_the_pixel_of_the_depth() {
  DrivingView view{rig_camera({0, 0}),
                   at::tensor({3.0F, 1.0F, 2.0F, 4.0F}).view({2, 2}),
                   {},
                   {},
                   at::arange(12, at::kFloat).view({3, 2, 2})};
  const DrivingView found = resample_view(view, 1, 1);
  QCOMPARE(found.depth.item<float>(), 2.0F);
  QVERIFY(at::equal(found.normals, view.normals.slice(1, 1, 2).slice(2, 0, 1)));
}

void DrivingViewTest::nothing_depends_on_the_threads() {
  const DrivingView view = random_view(150, 140, 2);
  const DrivingView many = resample_view(view, 37, 31);
  DrivingView one;
  on_one_thread([&] { one = resample_view(view, 37, 31); });
  QVERIFY(at::equal(many.depth, one.depth));
  QVERIFY(at::equal(many.segmentation, one.segmentation));
}

void DrivingViewTest::bad_calls_are_refused() {
  DrivingView view = ball_view(rig_camera({0, 0}), 8);
  QVERIFY_EXCEPTION_THROWN(resample_view(view, 0, 4), Error);
  view.normals = at::zeros({8, 8, 3});
  QVERIFY_EXCEPTION_THROWN(resample_view(view, 4, 4), Error);
  QVERIFY_EXCEPTION_THROWN(check_view({}), Error);
}

QTEST_GUILESS_MAIN(DrivingViewTest)
#include "driving_view_test.moc"

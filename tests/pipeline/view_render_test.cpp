// SPDX-License-Identifier: Apache-2.0
// A field as the refinement sees it: picture, depth, normals, and its reprojection.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/pipeline/view_consistency.h"
#include "core/pipeline/view_render.h"
#include "core/reprojection/carry.h"
#include "core/reprojection/splat.h"
#include "tests/pipeline/tiny_head.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class ViewRenderTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { head_ = tiny_head({0.8F, 0.3F, 0.2F}); }

  void maps_show_the_ball() {
    const ViewRender view = render_view(head_, rig_camera({0, 0}), options());
    QCOMPARE(view.rgb.sizes(), (at::IntArrayRef{3, 128, 128}));
    QCOMPARE(view.depth.sizes(), (at::IntArrayRef{32, 32}));
    QVERIFY(view.opacity[16][16].item<double>() > 0.9);
    QVERIFY(view.opacity[1][1].item<double>() < 0.1);
    // Its surface, 0.3 before the centre.
    QVERIFY(std::abs(view.depth[16][16].item<double>() - (kRigRadius - 0.3)) < 0.06);
    QVERIFY((view.rgb.narrow(1, 0, 2) - 0.5).abs().max().item<double>() < 0.1);
    QVERIFY(view.rgb[0][64][64].item<double>() > view.rgb[2][64][64].item<double>() + 0.2);
  }

  // Camera axes, wherever the camera stands: the middle looks back at it, the left side to the left.
  void normals_are_in_the_camera_s_axes() {
    for (const double azimuth : {0.0, 90.0, 180.0}) {
      const ViewRender view = render_view(head_, rig_camera({azimuth, 0}), options());
      const Tensor picture = view.normal_picture();
      QCOMPARE(picture.sizes(), view.rgb.sizes());
      QVERIFY(picture[2][64][64].item<double>() < 0.15);
      const Tensor row = picture.select(1, 64);
      const double left = row[0].slice(0, 36, 50).mean().item<double>();
      const double right = row[0].slice(0, 78, 92).mean().item<double>();
      QVERIFY2(left < 0.4 && right > 0.6, qPrintable(QString("%1 %2").arg(left).arg(right)));
      const Tensor column = picture.select(2, 64);
      QVERIFY(column[1].slice(0, 36, 50).mean().item<double>() < 0.4);
      QVERIFY((picture.narrow(1, 0, 2) - 0.5).abs().max().item<double>() < 0.1);
    }
  }

  // Of one head in one colour: alike but for the rims; of pictures that differ by 0.2 in one of
  // three channels, what that makes.
  void views_of_one_head_agree() {
    ViewRender front = render_view(head_, rig_camera({0, 0}), options());
    const ViewRender beside = render_view(head_, rig_camera({15, 0}), options());
    const double agreed = view_consistency_db(front, beside);
    QVERIFY2(agreed > 26, qPrintable(QString::number(agreed)));
    front.rgb = at::full_like(front.rgb, 0.4);
    ViewRender other = beside;
    other.rgb = front.rgb.clone();
    QCOMPARE(view_consistency_db(front, other), 100.0);
    other.rgb.select(0, 0).add_(0.2);
    const double apart = view_consistency_db(front, other);
    QVERIFY2(std::abs(apart - 10 * std::log10(3 / 0.04)) < 0.01,
             qPrintable(QString::number(apart)));
    QVERIFY_THROWS_EXCEPTION(
        Error, view_consistency_db(front, render_view(head_, rig_camera({180, 0}), options())));
  }

  // What one view shows, carried into another by its own depth, is what the other shows.
  void one_view_reprojected_is_the_other() {
    const ViewRender from = render_view(head_, rig_camera({0, 0}), options());
    const ViewRender to = render_view(head_, rig_camera({15, 0}), options());
    const SplatMap map = make_splat(from.driving(), to.camera, 32, 32);
    const Tensor known = map.known();
    QVERIFY(known.mean().item<double>() > 0.15);
    const Tensor small = at::avg_pool2d(from.rgb, {4, 4});
    const Tensor seen = at::avg_pool2d(to.rgb, {4, 4});
    const double error = ((carry_image(map, small) - seen).abs() * known).sum().item<double>() /
                         (3 * known.sum().item<double>());
    QVERIFY2(error < 0.05, qPrintable(QString::number(error)));
  }

  void a_head_without_super_resolution_is_drawn_at_the_rays_size() {
    Field plain = head_.clone();
    plain.sr = {};
    const ViewRender view = render_view(plain, rig_camera({0, 0}), options());
    QCOMPARE(view.rgb.sizes(), (at::IntArrayRef{3, 32, 32}));
    QCOMPARE(view.normal_picture().sizes(), view.rgb.sizes());
  }

 private:
  static ViewRenderOptions options() {
    ViewRenderOptions options;
    options.width = 32;
    return options;
  }
  Field head_;
};

QTEST_GUILESS_MAIN(ViewRenderTest)
#include "view_render_test.moc"

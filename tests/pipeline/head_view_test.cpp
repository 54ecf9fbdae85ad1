// SPDX-License-Identifier: Apache-2.0
// Pictures of a head: their outlines and the colours there.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/field/outline_opacity.h"
#include "core/nn/blur.h"
#include "core/pipeline/head_view.h"
#include "core/pipeline/image_tensor.h"
#include "tests/pipeline/tiny_head.h"

#include <QtTest>

using namespace portrait;

class HeadViewTest : public QObject {
  Q_OBJECT

  Field head_;
  RenderOptions options_;

 private Q_SLOTS:
  void initTestCase() {
    head_ = tiny_head({0.8F, 0.3F, 0.2F});
    options_.background = {{0.5F, 0.5F, 0.5F}};
  }

  void outlines_have_rays_of_their_own() {
    const Camera camera = rig_camera({20, 0});
    const Tensor coarse = render_image(head_, camera, 32, options_).opacity;
    const Tensor exact = render_image(head_, camera, 64, options_).opacity;
    const Tensor finer = outline_opacity(head_, camera, coarse, 2, options_);
    QCOMPARE(finer.sizes(), exact.sizes());
    const auto off = [&](const Tensor& a) { return (a - exact).abs().mean().item<double>(); };
    const Tensor enlarged =
        at::upsample_bilinear2d(coarse.reshape({1, 1, 32, 32}), {64, 64}, false)[0][0];
    QVERIFY2(off(finer) < 0.2 * off(enlarged),
             qPrintable(QString("%1 %2").arg(off(finer)).arg(off(enlarged))));
    QVERIFY(at::equal(outline_opacity(head_, camera, coarse, 1, options_), coarse));
  }

  void without_outlines_nothing_is_rendered() {
    const Camera camera = rig_camera({0, 0});
    QVERIFY(at::equal(outline_opacity(head_, camera, at::zeros({16, 16}), 4, options_),
                      at::zeros({64, 64})));
    QVERIFY_THROWS_EXCEPTION(Error,
                             outline_opacity(head_, camera, at::zeros({16, 8}), 2, options_));
  }

  // Nothing of the background is in the colours of the outline, whatever it was.
  void colours_go_on_to_the_outline() {
    for (const float background : {0.0F, 1.0F}) {
      LookOptions options;
      options.background = background;
      const HeadPicture picture =
          HeadView(head_, options).picture(rig_camera({0, 0}), 64, /*neural=*/false);
      const Tensor rgba = tensor_of_image(picture.rgba);
      const Tensor alpha = rgba[3];
      const Tensor rim = alpha.gt(0.1).logical_and(alpha.lt(0.9));
      const Tensor inside = alpha > 0.99;
      const auto mean = [&](const Tensor& where, int channel) {
        return rgba[channel].masked_select(where).mean().item<double>();
      };
      QVERIFY(rim.sum().item<double>() > 40);
      for (const int channel : {0, 1, 2}) {
        QVERIFY2(std::abs(mean(rim, channel) - mean(inside, channel)) < 0.12,
                 qPrintable(QString("%1: %2 %3")
                                .arg(channel)
                                .arg(mean(rim, channel))
                                .arg(mean(inside, channel))));
      }
    }
  }

  // Of a head photographed as it is, everything is there.
  void the_front_of_a_head_is_as_sharp_as_its_photo() {
    const HeadView view(head_, {});
    const PhotoInput photo = photo_of(head_, rig_camera({0, 0}), 32);
    const FrontMeasure same = measure_front(view, photo);
    QVERIFY2(std::abs(same.sharpness - 1) < 0.05, qPrintable(QString::number(same.sharpness)));
    PhotoInput soft = photo;
    soft.crop = image_of_tensor(blurred(tensor_of_image(photo.crop), 2.0));
    QVERIFY(measure_front(view, soft).sharpness > 1.5);
  }

  void a_picture_is_four_times_as_wide_with_super_resolution() {
    const HeadView view(head_, {});
    const HeadPicture neural = view.picture(rig_camera({0, 0}), 16);
    QCOMPARE(neural.rgba.width, 64);
    QCOMPARE(neural.depth.width, 16);
    QCOMPARE(view.picture(rig_camera({0, 0}), 16, false).rgba.width, 16);
  }
};

QTEST_GUILESS_MAIN(HeadViewTest)
#include "head_view_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "tests/pipeline/tiny_head.h"

#include "core/base/error.h"
#include "core/field/hybrid_super_resolution.h"
#include "core/field/renderer.h"
#include "core/nn/torch_threads.h"
#include "core/pipeline/photo_fit.h"
#include "core/pipeline/relief_loss.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace portrait;

class PhotoFitTest : public QObject {
  Q_OBJECT

  Field first_;
  PhotoInput photo_;

  Field fitted(int steps, double hold, std::uint64_t seed = 3) const {
    PhotoFitOptions options;
    options.hold_weight = hold;
    PhotoFit fit(first_.clone(), first_, PhotoTarget(photo_), seed, options);
    fit.set_steps(steps);
    while (!fit.finished()) fit.step();
    return fit.head().clone();
  }

 private Q_SLOTS:
  void initTestCase() {
    configure_torch_threads();
    first_ = tiny_head({0.6F, 0.5F, 0.4F});
    photo_ = photo_of(tiny_head({0.8F, 0.3F, 0.2F}, 2));
  }

  void the_tiny_head_is_a_head() {
    const FrontMeasure own = measure_front(HeadView(first_, {}), photo_of(first_));
    QVERIFY2(own.psnr_db > 35, qPrintable(QString::number(own.psnr_db)));
    QVERIFY(own.mask_iou > 0.98);
    const FrontMeasure other = measure_front(HeadView(first_, {}), photo_);
    QVERIFY(other.mask_iou > 0.85);
    QVERIFY(other.psnr_db < 20);
  }

  void sparse_rendering_agrees_with_the_reference() {
    const Camera camera = rig_camera({20, 10});
    RaySampler sampler(camera, 16, first_.frame.half_extent);
    sampler.refresh(first_);
    const PixelRect whole{0, 0, 16, 16};
    const at::NoGradGuard no_grad;
    RenderOptions options;
    options.background = {{0.5F, 0.5F, 0.5F}};
    const RenderOutput sparse = render_depths(
        first_, sampler.rays(whole), sampler.depths(whole, 16, 48, {1, 2, 3, 4}), options);
    const RenderedImage reference = render_image(first_, camera, 16, options);
    const double colour =
        (sparse.features.t().reshape({kFieldChannels, 16, 16}).narrow(0, 0, 3) - reference.rgb)
            .abs()
            .mean()
            .item<double>();
    const double opacity =
        (sparse.opacity.reshape({16, 16}) - reference.opacity).abs().mean().item<double>();
    QVERIFY2(colour < 0.01, qPrintable(QString::number(colour)));
    QVERIFY2(opacity < 0.01, qPrintable(QString::number(opacity)));
  }

  void learns_the_photo_and_holds_the_other_sides() {
    const FrontMeasure before = measure_front(HeadView(first_, {}), photo_);
    const Field held = fitted(80, 1);
    const FrontMeasure after = measure_front(HeadView(held, {}), photo_);
    QVERIFY2(after.psnr_db > before.psnr_db + 8,
             qPrintable(QString("%1 -> %2").arg(before.psnr_db).arg(after.psnr_db)));
    QVERIFY(after.mask_iou > before.mask_iou - 0.01);
    const Field loose = fitted(80, 0);
    const double drift_held = difference_from(held, first_, 180);
    const double drift_loose = difference_from(loose, first_, 180);
    QVERIFY2(drift_held < 0.02, qPrintable(QString::number(drift_held)));
    QVERIFY2(drift_held < 0.5 * drift_loose,
             qPrintable(QString("%1 held, %2 loose").arg(drift_held).arg(drift_loose)));
  }

  // A photo of coarse grain: colours can be had by moving single texels to and fro, too.
  void the_surface_keeps_its_relief_while_it_takes_the_photos_colours() {
    PhotoInput grainy = photo_;
    const Tensor grain =
        keyed_normal({3, 16, 16}, 9, 0).repeat_interleave(4, 1).repeat_interleave(4, 2);
    grainy.target = image_of_tensor((tensor_of_image(photo_.target) + 0.15 * grain).clamp(0, 1));
    const auto fit_with = [&](double weight) {
      PhotoFitOptions options;
      options.relief_weight = weight;
      PhotoFit fit(first_.clone(), first_, PhotoTarget(grainy), 3, options);
      fit.set_steps(80);
      double last = 0;
      while (!fit.finished()) last = fit.step().losses.terms.front().second;
      return std::pair{fit.head().clone(), last};
    };
    const auto roughness = [&](const Field& head) {
      const at::NoGradGuard no_grad;
      const auto seen = [&](const Field& of) { return render_image(of, photo_.camera, 16, {}); };
      const RenderedImage now = seen(head), before = seen(first_);
      const Tensor solid = (at::min(now.opacity, before.opacity) > 0.9).to(at::kFloat);
      return relief_loss(now.depth, before.depth, solid).item<double>();
    };
    const auto [free, free_loss] = fit_with(0);
    const auto [held, held_loss] = fit_with(0.5);
    QVERIFY2(roughness(held) < 0.6 * roughness(free),
             qPrintable(QString("%1 held, %2 free").arg(roughness(held)).arg(roughness(free))));
    QVERIFY2(held_loss < 1.15 * free_loss,
             qPrintable(QString("%1 held, %2 free").arg(held_loss).arg(free_loss)));
  }

  // The super-resolution of published priors is optimised as ours is.
  void another_super_resolution_learns_too() {
    Parameters fresh = Parameters::random(4);
    Field head = first_.clone();
    head.sr = load_hybrid(fresh, "superresolution.", "w_avg", {{8, 6}, 4});
    PhotoFit fit(head.clone(), head, PhotoTarget(photo_), 3, PhotoFitOptions());
    fit.set_steps(6);
    while (!fit.finished()) fit.step();
    const auto before = head.parameters();
    const auto after = fit.head().parameters();
    QCOMPARE(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
      QCOMPARE(after[i].first, before[i].first);
      QVERIFY2(!at::equal(after[i].second, before[i].second), after[i].first.c_str());
      QVERIFY2(after[i].second.isfinite().all().item<bool>(), after[i].first.c_str());
    }
    TensorMap saved;
    fit.head().save_to(saved);
    QVERIFY(Field::load(saved, head.frame).sr.kind == SuperResolution::Kind::kHybrid);
  }

  void same_seed_same_bits() {
    const Field once = fitted(12, 1, 5);
    QVERIFY(same_bits(once, fitted(12, 1, 5)));
    QVERIFY(!same_bits(once, fitted(12, 1, 6)));
  }

  void planning_leaves_no_trace() {
    PhotoFitOptions options;
    options.minutes = 0.05;
    options.steps_max = 7;
    PhotoFit fit(first_.clone(), first_, PhotoTarget(photo_), 3, options);
    const int steps = fit.plan();
    QVERIFY(steps >= 1 && steps <= 7);
    QVERIFY(same_bits(fit.head(), first_));
    PhotoFit fresh(first_.clone(), first_, PhotoTarget(photo_), 3, options);
    fresh.set_steps(steps);
    fit.step();
    fresh.step();
    QVERIFY(same_bits(fit.head(), fresh.head()));
  }

  void one_non_finite_step_is_rolled_back() {
    PhotoFit fit(first_.clone(), first_, PhotoTarget(photo_), 3, {});
    fit.set_steps(40);
    for (int i = 0; i < 26; ++i) QVERIFY(!fit.step().rolled_back);
    {
      const at::NoGradGuard no_grad;
      fit.head().planes.fill_(std::numeric_limits<float>::quiet_NaN());
    }
    QVERIFY(fit.step().rolled_back);
    QCOMPARE(fit.step_count(), 25);  // the last good state
    QVERIFY(at::isfinite(fit.head().planes).all().item<bool>());
    QVERIFY(!fit.step().rolled_back);
    QCOMPARE(fit.step_count(), 26);
  }

  void the_second_one_stops_and_names_the_term() {
    PhotoTarget target(photo_);
    target.rgb_low.fill_(std::numeric_limits<float>::quiet_NaN());
    PhotoFit fit(first_.clone(), first_, target, 3, {});
    fit.set_steps(10);
    QVERIFY(fit.step().rolled_back);
    try {
      fit.step();
      QFAIL("no exception");
    } catch (const Error& e) {
      QCOMPARE(e.code(), ErrorCode::kNumerical);
      QVERIFY2(e.message().find("colour") != std::string::npos, e.what());
    }
    QVERIFY(same_bits(fit.head(), first_));
  }
};

QTEST_GUILESS_MAIN(PhotoFitTest)
#include "photo_fit_test.moc"

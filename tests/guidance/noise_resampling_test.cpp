// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/guidance/noise_resampling.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

constexpr NoiseShape kShape{4, 16, 16};

NoiseResampling of(NoiseMode mode, double sigma = 0.3) {
  return {mode, sigma, 7};
}

NoiseMemory memory_with(const Tensor& anchor, bool has_target) {
  NoiseMemory memory;
  memory.anchor = anchor;
  if (has_target) memory.target = at::full({3, 2, 2}, 0.5);
  return memory;
}

NoiseTrial trial(std::vector<float> resampled, std::vector<float> kept) {
  NoiseTrial made;
  made.noise = at::full({1, 1, 1}, 9.0F);
  made.target = at::full({3, 2, 2}, 0.9);
  made.latents = at::full({4, 1, 1}, 0.9);
  made.resampled = {at::tensor(resampled)};
  made.kept = {at::tensor(kept)};
  return made;
}

}  // namespace

class NoiseResamplingTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void names_are_the_settings() {
    for (const NoiseMode mode :
         {NoiseMode::kFixed, NoiseMode::kRandom, NoiseMode::kAnchor, NoiseMode::kAnchorOptimised}) {
      QCOMPARE(noise_mode_of(noise_mode_name(mode)), mode);
    }
    QVERIFY_EXCEPTION_THROWN(noise_mode_of("other"), Error);
  }

  void noise_is_drawn_as_each_mode_says() {
    const Tensor anchor = of(NoiseMode::kFixed).own_anchor(kShape, 2);
    const NoiseMemory fresh = memory_with(anchor, false);
    const NoiseMemory painted = memory_with(anchor, true);
    QVERIFY(at::equal(of(NoiseMode::kFixed).draw(painted, 3, 2), anchor));
    for (const NoiseMode mode : {NoiseMode::kAnchor, NoiseMode::kAnchorOptimised}) {
      QVERIFY(at::equal(of(mode).draw(fresh, 0, 2), anchor));
      const Tensor drawn = of(mode).draw(painted, 3, 2);
      const double cosine = (drawn * anchor).mean().item<double>();
      QVERIFY(std::abs(cosine - std::sqrt(1 - 0.09)) < 0.12);
      QVERIFY(std::abs(drawn.square().mean().item<double>() - 1) < 0.15);
      QVERIFY(!at::equal(drawn, of(mode).draw(painted, 4, 2)));
      QVERIFY(!at::equal(drawn, of(mode).draw(painted, 3, 1)));
      QVERIFY(at::equal(drawn, of(mode).draw(painted, 3, 2)));
    }
    const Tensor random = of(NoiseMode::kRandom).draw(fresh, 0, 2);
    QVERIFY(std::abs((random * anchor).mean().item<double>()) < 0.12);
  }

  // fixed is the method with sigma 0, anchors apart and retention off.
  void fixed_is_the_anchor_without_spread() {
    const NoiseResampling fixed = of(NoiseMode::kFixed);
    const NoiseResampling still = of(NoiseMode::kAnchor, 0);
    const NoiseMemory painted = memory_with(fixed.own_anchor(kShape, 5), true);
    QVERIFY(at::equal(fixed.draw(painted, 8, 5), still.draw(painted, 8, 5)));
    QVERIFY(!fixed.chained() && !fixed.retains());
  }

  void the_better_one_stays_whole() {
    const NoiseResampling method = of(NoiseMode::kAnchorOptimised);
    const GradientList driving = {at::tensor({1.0F, 0.0F})};
    NoiseMemory memory = memory_with(at::full({1, 1, 1}, 1.0F), true);
    method.decide(memory, trial({1, 1}, {0, 1}), driving);  // cosines 0.71 and 0
    QVERIFY(memory.scores.accepted);
    QVERIFY(std::abs(memory.scores.resampled - std::sqrt(0.5)) < 1e-6);
    QVERIFY(std::abs(memory.scores.kept) < 1e-6);
    QCOMPARE(memory.anchor.item<float>(), 9.0F);
    QVERIFY(at::allclose(memory.target, at::full({3, 2, 2}, 0.9)));
    QVERIFY(at::equal(memory.applied[0], at::tensor({1.0F, 1.0F})));
    QCOMPARE(memory.anchor_age, 0);

    const Tensor target = memory.target;
    NoiseTrial worse = trial({-1, 1}, {2, 1});
    worse.noise = at::full({1, 1, 1}, 4.0F);
    method.decide(memory, worse, driving);
    QVERIFY(!memory.scores.accepted);
    QCOMPARE(memory.anchor.item<float>(), 9.0F);
    QVERIFY(at::equal(memory.target, target));
    QVERIFY(at::equal(memory.applied[0], at::tensor({2.0F, 1.0F})));
    QCOMPARE(memory.anchor_age, 1);
    QCOMPARE(memory.judged, 2);
    QCOMPARE(memory.accepted, 1);
  }

  void at_first_and_without_retention_the_new_one_is_taken() {
    const GradientList driving = {at::tensor({1.0F, 0.0F})};
    NoiseMemory first = memory_with(at::full({1, 1, 1}, 1.0F), false);
    of(NoiseMode::kAnchorOptimised).decide(first, trial({-1, 0}, {}), driving);
    QVERIFY(first.target.defined());
    QCOMPARE(first.judged, 0);
    for (const NoiseMode mode : {NoiseMode::kFixed, NoiseMode::kRandom, NoiseMode::kAnchor}) {
      NoiseMemory memory = memory_with(at::full({1, 1, 1}, 1.0F), true);
      of(mode).decide(memory, trial({-1, 0}, {1, 0}), driving);
      QVERIFY(at::equal(memory.applied[0], at::tensor({-1.0F, 0.0F})));
      QCOMPARE(memory.anchor.item<float>(), 1.0F);  // anchors stay
      QCOMPARE(memory.judged, 0);
    }
  }
};

QTEST_GUILESS_MAIN(NoiseResamplingTest)
#include "noise_resampling_test.moc"

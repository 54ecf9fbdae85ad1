// SPDX-License-Identifier: Apache-2.0
// (12): its moments; (13): the chain covers every view and stays N(0, 1).
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/guidance/anchor_noise.h"
#include "core/reprojection/splat.h"
#include "core/reprojection/splat_noise.h"
#include "tests/reprojection/test_views.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

const NoiseShape kShape{16, 64, 64};

Tensor fresh(std::uint32_t index) {
  return fresh_noise({7, random_purpose("test"), index, 0}, kShape.channels, kShape.height,
                     kShape.width);
}

DrivingView surface(std::size_t v) {
  return ball_view(rig_camera(standard_viewpoint_rig()[v].viewpoint), 128);
}

// Mean, variance, and correlation with the neighbour to the right and below.
void verify_white(const Tensor& noise) {
  const double n = double(noise.numel());
  const double allowed = 5 / std::sqrt(n);
  QVERIFY(std::abs(noise.mean().item<double>()) < allowed);
  QVERIFY(std::abs(noise.square().mean().item<double>() - 1) < 1.5 * allowed);
  for (const std::int64_t dim : {1, 2}) {
    const std::int64_t last = noise.size(dim) - 1;
    const double together =
        (noise.narrow(dim, 0, last) * noise.narrow(dim, 1, last)).mean().item<double>();
    QVERIFY2(std::abs(together) < allowed, qPrintable(QString::number(together)));
  }
}

}  // namespace

class AnchorNoiseTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void resampling_keeps_the_distribution() {
    const Tensor anchor = fresh(0);
    for (const double sigma : {0.1, 0.5, 0.9}) {
      const Tensor noise = resample_noise(anchor, fresh(1), sigma);
      verify_white(noise);
      const double shared = (noise * anchor).mean().item<double>();
      QVERIFY(std::abs(shared - std::sqrt(1 - sigma * sigma)) < 0.03);
    }
    QVERIFY(at::equal(resample_noise(anchor, fresh(1), 0), anchor));
    QVERIFY(at::equal(resample_noise(anchor, fresh(1), 1), fresh(1)));
    QVERIFY_THROWS_EXCEPTION(Error, resample_noise(anchor, anchor, 1.1));
  }

  void the_chain_covers_every_view_and_stays_white() {
    const std::vector<RigView> rig = standard_viewpoint_rig();
    std::size_t asked = 0;
    const std::vector<Tensor> anchors = chain_anchor_noise(
        rig, kShape,
        [&](std::size_t v) {
          ++asked;
          return surface(v);
        },
        3);
    QCOMPARE(anchors.size(), rig.size());
    QVERIFY(asked < rig.size());  // once for each that drives
    for (const Tensor& anchor : anchors) {
      QCOMPARE(anchor.sizes(), (at::IntArrayRef{16, 64, 64}));
      verify_white(anchor);
    }
    // What a view shows of its driver, it has of its noise; the rest is its own.
    for (std::size_t v = 1; v < rig.size(); ++v) {
      const auto driver = std::size_t(rig[v].driver);
      const SplatMap map = make_splat(resample_view(surface(driver), 64, 64),
                                      rig_camera(rig[v].viewpoint), 64, 64);
      const Tensor won = map.won();
      QVERIFY(won.mean().item<double>() > 0.1);
      const Tensor source = map.source.reshape(-1).clamp_min(0).to(at::kLong);
      const Tensor carried =
          anchors[driver].reshape({16, -1}).index_select(1, source).reshape({16, 64, 64});
      QVERIFY(at::equal(anchors[v] * won, carried * won));
    }
    // Two sides of the head that never meet share nothing.
    const double across = (anchors[1] * anchors[2]).mean().item<double>();
    QVERIFY(std::abs(across) < 0.6);
  }

  void the_same_seed_is_the_same_noise() {
    const auto rig = standard_viewpoint_rig();
    const auto once = chain_anchor_noise(rig, kShape, surface, 3);
    const auto again = chain_anchor_noise(rig, kShape, surface, 3);
    const auto other = chain_anchor_noise(rig, kShape, surface, 4);
    for (std::size_t v = 0; v < rig.size(); ++v) {
      QVERIFY(at::equal(once[v], again[v]));
      QVERIFY(!at::equal(once[v], other[v]));
    }
  }

  // A view that moved is carried again; what it keeps of its own stays.
  void one_view_is_carried_as_in_the_chain() {
    const auto rig = standard_viewpoint_rig();
    const auto anchors = chain_anchor_noise(rig, kShape, surface, 3);
    const auto driver = std::size_t(rig[4].driver);
    QVERIFY(at::equal(carry_anchor_noise(anchors[driver], surface(driver),
                                         rig_camera(rig[4].viewpoint), kShape, 3, 4),
                      anchors[4]));
  }

  void a_driver_must_come_first() {
    std::vector<RigView> rig = standard_viewpoint_rig();
    rig[1].driver = 4;
    QVERIFY_THROWS_EXCEPTION(Error, chain_anchor_noise(rig, kShape, surface, 1));
  }
};

QTEST_GUILESS_MAIN(AnchorNoiseTest)
#include "anchor_noise_test.moc"

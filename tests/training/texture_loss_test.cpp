// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/training/texture_loss.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

constexpr RandomKey kKey{1, 2, 3, 4};

Tensor noise(std::int64_t side, std::uint32_t number) {
  Tensor picture = at::empty({1, 3, side, side});
  RandomStream({7, number, 0, 0})
      .fill_normal({picture.data_ptr<float>(), static_cast<std::size_t>(picture.numel())});
  return picture * 0.2;
}

// +a, -a, +a, ... along the width.
Tensor stripes(std::int64_t side, double strength) {
  const Tensor signs = at::cos(at::arange(side, at::kFloat) * M_PI).view({1, 1, 1, side});
  return at::zeros({1, 3, side, side}) + strength * signs;
}

double loss(const Tensor& pictures, const Tensor& truth, const RandomKey& key = kKey) {
  return texture_loss(pictures, truth, key).item<double>();
}

}  // namespace

class TextureLossTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void what_counts_is_the_texture_and_not_its_place() {
    const Tensor truth = noise(64, 1);
    QCOMPARE(loss(truth, truth), 0.0);
    QCOMPARE(loss(truth + 0.3, truth) < 1e-6, true);  // a plain shift of colour has no texture
    const double other = loss(noise(64, 2), truth);   // as much of the same grain elsewhere
    const double none = loss(at::zeros_like(truth), truth);
    QVERIFY2(other < 0.15 * none, qPrintable(QString("%1, %2").arg(other).arg(none)));
    QVERIFY(loss(noise(64, 2) * 0.5, truth) > 3 * other);
    QVERIFY(loss(noise(64, 2) * 2, truth) > 3 * other);
  }

  void a_regular_pattern_does_not_pass_for_grain() {
    const Tensor truth = noise(64, 1);
    const double other = loss(noise(64, 2), truth);
    for (const double strength : {0.05, 0.1, 0.2, 0.3})
      QVERIFY(loss(stripes(64, strength), truth) > 3 * other);
    // Stripes of the other direction are of the same strength, and another texture.
    const Tensor upright = stripes(64, 0.2);
    QVERIFY(loss(upright.transpose(2, 3), upright) > 0.05);
  }

  void a_place_without_texture_wants_none() {
    Tensor half = noise(64, 1);
    half.slice(3, 32, 64).zero_();
    // The same amount in all windows is wrong in all of them.
    QVERIFY(loss(noise(64, 2) * 0.5, half) > 3 * loss(noise(64, 2) * at::sign(half.abs()), half));
  }

  // Of stripes, everything is known: a blur over three leaves -1/3 of them, so the band is 4/3 of
  // +a, -a; a filter answers with f times that at even places and -f at odd ones, where f is its sum
  // with turning signs. Half the size has none left. The distance from grey is the mean of |4/3 a f|.
  void stripes_cost_what_their_filters_answer() {
    const double a = 0.3;
    Tensor filters = at::empty({12, 3, 5, 5});
    RandomStream(kKey).fill_normal(
        {filters.data_ptr<float>(), static_cast<std::size_t>(filters.numel())});
    const Tensor norms = filters.flatten(1).norm(2, {1});
    const Tensor signs = at::cos(at::arange(5, at::kFloat) * M_PI).view({1, 1, 1, 5});
    const Tensor answers = (filters * signs).flatten(1).sum(1) / norms;
    const double expected = 4.0 / 3 * a * answers.abs().mean().item<double>();
    const double found = loss(at::zeros({1, 3, 32, 32}), stripes(32, a));
    // Columns at the two rims repeat themselves there: a few in a hundred differ.
    QVERIFY2(std::abs(found - expected) < 0.1 * expected,
             qPrintable(QString("%1 for %2").arg(found).arg(expected)));
  }

  void keys_draw_filters_and_the_gradient_is_the_slope() {
    const Tensor truth = noise(32, 1).to(at::kDouble);
    const Tensor start = noise(32, 2).to(at::kDouble);
    QVERIFY(loss(start, truth) == loss(start, truth));
    QVERIFY(loss(start, truth) != loss(start, truth, {1, 2, 4, 4}));
    const Tensor picture = start.clone().set_requires_grad(true);
    texture_loss(picture, truth, kKey).backward();
    const Tensor direction = noise(32, 3).to(at::kDouble);
    constexpr double kStep = 1e-6;
    const double slope =
        (loss(start + kStep * direction, truth) - loss(start - kStep * direction, truth)) /
        (2 * kStep);
    const double expected = (picture.grad() * direction).sum().item<double>();
    QVERIFY2(std::abs(slope - expected) < 1e-4 * std::abs(expected) + 1e-8,
             qPrintable(QString("%1 for %2").arg(slope).arg(expected)));
  }

  void unfit_shapes_are_refused() {
    QVERIFY_THROWS_EXCEPTION(Error, loss(at::zeros({1, 3, 32, 32}), at::zeros({1, 3, 64, 64})));
    QVERIFY_THROWS_EXCEPTION(Error, loss(at::zeros({1, 3, 40, 40}), at::zeros({1, 3, 40, 40})));
  }
};

QTEST_GUILESS_MAIN(TextureLossTest)
#include "texture_loss_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/guidance/solidity_loss.h"

#include <QtTest>

using namespace portrait;

class SolidityLossTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void what_is_lost_counts_and_what_is_gained_need_not() {
    const Tensor least = at::tensor({0.5F, 0.5F, 0.5F, 0.0F}).reshape({2, 2});
    const Tensor now = at::tensor({0.1F, 0.5F, 0.9F, 0.0F}).reshape({2, 2});
    const SolidityLoss loss = solidity_loss(now, {least, {}});
    QVERIFY(std::abs(loss.value - 0.16 / 4) < 1e-6);
    QVERIFY(std::abs(loss.gradient[0][0].item<double>() + 2 * 0.4 / 4) < 1e-6);
    QCOMPARE(loss.gradient[1][0].item<double>(), 0.0);
  }

  void beyond_the_outlines_nothing_is_to_be() {
    Tensor was = at::zeros({5, 5});
    was[2][2] = 1;
    const SolidityBounds bounds = outlines_of(was);
    Tensor now = was.clone();
    now[2][3] = 1;    // a texel farther: it may
    now[2][4] = 0.5;  // two
    const SolidityLoss loss = solidity_loss(now, bounds);
    QVERIFY(std::abs(loss.value - 0.25 / 25) < 1e-6);
    QCOMPARE(loss.gradient[2][3].item<double>(), 0.0);
    QVERIFY(std::abs(loss.gradient[2][4].item<double>() - 2 * 0.5 / 25) < 1e-6);
  }

  void its_gradient_is_that_of_its_value() {
    const Tensor was = (at::arange(36, at::kDouble) * 1.3).sin().abs().reshape({6, 6});
    const SolidityBounds bounds{was, was + 0.1};
    const Tensor now = (at::arange(36, at::kDouble) * 0.7).cos().abs().reshape({6, 6});
    const Tensor gradient = solidity_loss(now, bounds).gradient;
    for (int i = 0; i < 36; ++i) {
      Tensor more = now.clone(), less = now.clone();
      more.view(-1)[i] += 1e-6;
      less.view(-1)[i] -= 1e-6;
      const double slope =
          (solidity_loss(more, bounds).value - solidity_loss(less, bounds).value) / 2e-6;
      QVERIFY(std::abs(slope - gradient.view(-1)[i].item<double>()) < 1e-7);
    }
  }

  void shapes_must_agree() {
    const Tensor now = at::zeros({4, 4});
    QVERIFY_THROWS_EXCEPTION(Error, solidity_loss(now, {at::zeros({4, 5}), {}}));
    QVERIFY_THROWS_EXCEPTION(Error, solidity_loss(now, {now, at::zeros({5, 4})}));
  }
};

QTEST_GUILESS_MAIN(SolidityLossTest)
#include "solidity_loss_test.moc"

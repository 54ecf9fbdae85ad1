// SPDX-License-Identifier: Apache-2.0
// L_I of (14) and (15).
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/guidance/image_loss.h"

#include <QtTest>

using namespace portrait;

class ImageLossTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void hand_made_cases() {
    const Tensor target = at::zeros({3, 4, 4});
    const Tensor flat = at::full({3, 4, 4}, 0.5);
    // A constant difference has no slope.
    QVERIFY(std::abs(image_loss(flat, target).item<double>() - 0.25) < 1e-6);
    // One column of ones at the left: 4 of 16 pixels, and 4 of 12 steps along rows.
    Tensor edge = at::zeros({3, 4, 4});
    edge.narrow(2, 0, 1).fill_(1);
    QVERIFY(std::abs(image_loss(edge, target).item<double>() - (0.25 + 1.0 / 3)) < 1e-6);
    QVERIFY(std::abs(image_loss(edge, target, {.gradients = 0}).item<double>() - 0.25) < 1e-6);
    QVERIFY_THROWS_EXCEPTION(Error, image_loss(edge, at::zeros({3, 4, 5})));
  }

  // Plain mean squared error pulls each number by 2 (I_R - x0) / n.
  void its_gradient_is_that_of_image_space_distillation() {
    const Tensor rendered = (at::arange(24, at::kDouble) / 24).reshape({1, 3, 2, 4});
    Tensor leaf = rendered.clone().set_requires_grad(true);
    const Tensor target = (1 - rendered).square();
    image_loss(leaf, target, {.gradients = 0}).backward();
    QVERIFY(at::allclose(leaf.grad(), 2 * (rendered - target) / 24, 1e-12, 1e-12));
  }

  void slopes_agree_with_differences() {
    const Tensor rendered = (at::arange(27, at::kDouble) * 1.7).sin().reshape({3, 3, 3});
    const Tensor target = (at::arange(27, at::kDouble) * 0.9).cos().reshape({3, 3, 3});
    Tensor leaf = rendered.clone().set_requires_grad(true);
    image_loss(leaf, target).backward();
    for (int i = 0; i < 27; ++i) {
      Tensor step = at::zeros({27}, at::kDouble);
      step[i] = 1e-6;
      step = step.reshape({3, 3, 3});
      const double slope = (image_loss(rendered + step, target) - image_loss(rendered - step, target))
                               .item<double>() /
                           2e-6;
      QVERIFY(std::abs(slope - leaf.grad().reshape(-1)[i].item<double>()) < 1e-7);
    }
  }
};

QTEST_GUILESS_MAIN(ImageLossTest)
#include "image_loss_test.moc"

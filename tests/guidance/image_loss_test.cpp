// SPDX-License-Identifier: Apache-2.0
// L_I of (14) and (15).
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/guidance/image_loss.h"
#include "core/perception/perceptual_distance.h"

#include <QtTest>

using namespace portrait;

class ImageLossTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void hand_made_cases() {
    const Tensor target = at::zeros({3, 4, 4});
    const Tensor flat = at::full({3, 4, 4}, 0.5);
    // A constant difference has no slope.
    QVERIFY(std::abs(ImageLoss{}(flat, target).item<double>() - 0.25) < 1e-6);
    // One column of ones at the left: 4 of 16 pixels, and 4 of 12 steps along rows.
    Tensor edge = at::zeros({3, 4, 4});
    edge.narrow(2, 0, 1).fill_(1);
    QVERIFY(std::abs(ImageLoss{}(edge, target).item<double>() - (0.25 + 1.0 / 3)) < 1e-6);
    QVERIFY(std::abs(ImageLoss{.gradients = 0}(edge, target).item<double>() - 0.25) < 1e-6);
    QVERIFY_THROWS_EXCEPTION(Error, ImageLoss{}(edge, at::zeros({3, 4, 5})));
  }

  // Plain mean squared error pulls each number by 2 (I_R - x0) / n.
  void its_gradient_is_that_of_image_space_distillation() {
    const Tensor rendered = (at::arange(24, at::kDouble) / 24).reshape({1, 3, 2, 4});
    Tensor leaf = rendered.clone().set_requires_grad(true);
    const Tensor target = (1 - rendered).square();
    ImageLoss{.gradients = 0}(leaf, target).backward();
    QVERIFY(at::allclose(leaf.grad(), 2 * (rendered - target) / 24, 1e-12, 1e-12));
  }

  void slopes_agree_with_differences() {
    const Tensor rendered = (at::arange(27, at::kDouble) * 1.7).sin().reshape({3, 3, 3});
    const Tensor target = (at::arange(27, at::kDouble) * 0.9).cos().reshape({3, 3, 3});
    Tensor leaf = rendered.clone().set_requires_grad(true);
    ImageLoss{}(leaf, target).backward();
    for (int i = 0; i < 27; ++i) {
      Tensor step = at::zeros({27}, at::kDouble);
      step[i] = 1e-6;
      step = step.reshape({3, 3, 3});
      const double slope =
          (ImageLoss{}(rendered + step, target) - ImageLoss{}(rendered - step, target))
              .item<double>() /
          2e-6;
      QVERIFY(std::abs(slope - leaf.grad().reshape(-1)[i].item<double>()) < 1e-7);
    }
  }

  // Fresh weights, in double precision, on pictures that are halved once before they are seen.
  void looks_agree_with_differences() {
    constexpr int kSide = 2 * ImageLoss::kLongestSeen - 2;
    TensorMap weights = PerceptualDistance({4, {4, 6, 6}}, 5).tensors();
    for (auto& [name, tensor] : weights) tensor = tensor.to(at::kDouble);
    const auto network =
        std::make_shared<const PerceptualDistance>(weights, FaceTrunkConfig{4, {4, 6, 6}});
    const ImageLoss loss{.gradients = 0, .perceptual = 0.5, .network = network};
    const ImageLoss plain{.gradients = 0, .perceptual = 0, .network = network};
    const Tensor ramp = at::arange(3 * 20 * kSide, at::kDouble).reshape({3, 20, kSide});
    const Tensor rendered = 0.5 + 0.4 * (ramp * 0.37).sin();
    const Tensor target = 0.5 + 0.4 * (ramp * 0.11).cos();
    const auto halved = [](const Tensor& x) {
      const Tensor rows = x.slice(1, 0, {}, 2) + x.slice(1, 1, {}, 2);
      return ((rows.slice(2, 0, {}, 2) + rows.slice(2, 1, {}, 2)) / 4).unsqueeze(0);
    };
    // 20 rows are 10 when halved, too few for the network.
    QVERIFY_THROWS_EXCEPTION(Error, loss(rendered, target));

    const Tensor tall = at::cat({rendered, rendered.flip({1})}, 1);
    const Tensor other = at::cat({target, target.flip({1})}, 1);
    const double expected = plain(tall, other).item<double>() +
                            0.5 * (*network)(halved(tall), halved(other)).item<double>();
    QVERIFY(std::abs(loss(tall, other).item<double>() - expected) < 1e-12);

    Tensor leaf = tall.clone().set_requires_grad(true);
    loss(leaf, other).backward();
    for (const std::int64_t i : {7L, 5000L, 20401L, 40000L}) {
      Tensor step = at::zeros({tall.numel()}, at::kDouble);
      step[i] = 1e-5;
      step = step.reshape(tall.sizes());
      const double slope =
          (loss(tall + step, other) - loss(tall - step, other)).item<double>() / 2e-5;
      QVERIFY(std::abs(slope - leaf.grad().reshape(-1)[i].item<double>()) < 1e-9);
    }
    // Alike is alike, and without a network there is no such term.
    QCOMPARE(loss(tall, tall).item<double>(), 0.0);
    QCOMPARE((ImageLoss{.gradients = 0, .perceptual = 0.5}(tall, other).item<double>()),
             plain(tall, other).item<double>());
  }
};

QTEST_GUILESS_MAIN(ImageLossTest)
#include "image_loss_test.moc"

// SPDX-License-Identifier: Apache-2.0
// The blur of tensors against a double sum written out.
#include "core/nn/torch.h"

#include "core/nn/blur.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class BlurTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void agrees_with_the_sum_written_out() {
    const double sigma = 1.3;
    const int radius = 4, height = 9, width = 12;
    const Tensor image = (at::arange(2 * height * width, at::kDouble) * 1.9).sin().reshape(
        {2, height, width});
    const Tensor found = blurred(image, sigma);
    const auto mirrored = [](int at, int size) {
      if (at < 0) return -at;
      return at >= size ? 2 * (size - 1) - at : at;
    };
    for (int c = 0; c < 2; ++c) {
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          double sum = 0, weights = 0;
          for (int dy = -radius; dy <= radius; ++dy) {
            for (int dx = -radius; dx <= radius; ++dx) {
              const double weight = std::exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
              weights += weight;
              sum += weight * image[c][mirrored(y + dy, height)][mirrored(x + dx, width)]
                                  .item<double>();
            }
          }
          QVERIFY(std::abs(found[c][y][x].item<double>() - sum / weights) < 1e-12);
        }
      }
    }
  }

  // Symmetric away from borders: sum of (blur(a) b) is sum of (a blur(b)).
  void its_gradient_is_a_blur() {
    Tensor leaf = at::zeros({1, 17, 17}, at::kDouble).set_requires_grad(true);
    Tensor point = at::zeros({1, 17, 17}, at::kDouble);
    point[0][8][8] = 1;
    (blurred(leaf, 1.2) * point).sum().backward();
    QVERIFY(at::allclose(leaf.grad(), blurred(point, 1.2), 1e-12, 1e-12));
  }
};

QTEST_GUILESS_MAIN(BlurTest)
#include "blur_test.moc"

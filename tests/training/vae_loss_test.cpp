// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/adam.h"
#include "core/training/picture_crops.h"
#include "core/training/vae_loss.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

// U8 [3, side, side]; no two places alike nearby.
Tensor pattern(std::int64_t side, double pace) {
  const Tensor places = at::arange(3 * side * side, at::kFloat).view({3, side, side});
  return ((places * pace).sin() * 127 + 128).to(at::kByte);
}

Tensor wave_picture(std::int64_t side) {
  const Tensor line = at::arange(side, at::kFloat);
  const Tensor wave = (line * 0.4).sin().view({side, 1}) * (line * 0.3).cos().view({1, side});
  return wave.expand({1, 3, side, side}).contiguous();
}

}  // namespace

class VaeLossTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void equal_pictures_cost_nothing_and_blurred_ones_more_than_shifted() {
    const Tensor truth = wave_picture(32);
    QVERIFY(std::abs(reconstruction_loss(truth, truth).item<double>()) < 1e-6);
    const Tensor shifted = truth + 0.1;
    const VaeLossWeights plain{0, 0, 0};
    QVERIFY(std::abs(reconstruction_loss(shifted, truth, plain).item<double>() - 0.1) < 0.01);
    // A shift has no gradients; noise of the same size has.
    const Tensor signs = at::cos(at::arange(32, at::kFloat) * M_PI).view({1, 1, 1, 32});
    const Tensor noisy = truth + 0.1 * signs;
    const VaeLossWeights sharp{1, 0, 0};
    QVERIFY(reconstruction_loss(noisy, truth, sharp).item<double>() >
            reconstruction_loss(shifted, truth, sharp).item<double>() + 0.15);
    // At half the size the noise is gone and the shift is not.
    const VaeLossWeights coarse{0, 1, 0};
    QVERIFY(reconstruction_loss(shifted, truth, coarse).item<double>() >
            reconstruction_loss(noisy, truth, coarse).item<double>() + 0.15);
  }

  void the_divergence_is_that_of_two_normals() {
    const Tensor zero = at::zeros({1, 2, 2, 2});
    QCOMPARE(divergence_loss({zero, zero}).item<double>(), 0.0);
    const double log_variance = std::log(4.0);
    const double expected = 0.5 * (9 + 4 - 1 - log_variance);
    QVERIFY(std::abs(divergence_loss({zero + 3, zero + log_variance}).item<double>() - expected) <
            1e-5);
  }

  void crops_are_pieces_of_the_pictures() {
    const Tensor picture = pattern(48, 0.7);
    const CropOptions options{16, 12, 0.5};
    const Tensor crops = draw_crops({picture}, options, {1, 2, 3, 4});
    QCOMPARE(crops.sizes(), at::IntArrayRef({12, 3, 16, 16}));
    QVERIFY(at::equal(crops, draw_crops({picture}, options, {1, 2, 3, 4})));
    QVERIFY(!at::equal(crops, draw_crops({picture}, options, {1, 2, 4, 4})));
    int straight = 0;
    int mirrored = 0;
    const Tensor pixels = picture.to(at::kFloat) * (2.0 / 255) - 1;
    const Tensor pieces = pixels.unfold(1, 16, 1).unfold(2, 16, 1);  // [3, 33, 33, 16, 16]
    for (int i = 0; i < 12; ++i) {
      const auto found = [&](const Tensor& crop) {
        const Tensor off = (pieces - crop.view({3, 1, 1, 16, 16})).abs().amax({0, 3, 4});
        return off.min().item<double>() < 1e-5;
      };
      straight += found(crops[i]) ? 1 : 0;
      mirrored += found(crops[i].flip({2})) ? 1 : 0;
    }
    QVERIFY(straight > 0 && mirrored > 0);
    QVERIFY(straight + mirrored < 12);  // the others are made smaller
  }

  void crops_keep_to_their_range_and_need_room() {
    const Tensor white = at::full({3, 20, 24}, 255, at::kByte);
    const Tensor crops = draw_crops({white}, {16, 6, 0.4}, {1, 1, 1, 1});
    QVERIFY(at::allclose(crops, at::ones_like(crops)));
    QVERIFY_EXCEPTION_THROWN(draw_crops({white}, {32, 1, 0.4}, {1, 1, 1, 1}), Error);
    QVERIFY_EXCEPTION_THROWN(draw_crops({}, {}, {1, 1, 1, 1}), Error);
  }

  void steps_lower_the_loss() {
    AutoencoderConfig config = compact_autoencoder();
    config.block_out_channels = {8, 16};
    Parameters parameters = Parameters::random(2);
    const AutoencoderKL vae(parameters, config);
    Adam::Group group;
    for (const auto& [name, tensor] : parameters.named()) {
      tensor.set_requires_grad(true);
      group.parameters.emplace_back(name, tensor);
    }
    Adam adam({group}, {3e-3, 0.9, 0.99, 1e-8, 0});
    const Tensor picture = wave_picture(32);
    const Tensor noise = at::zeros({1, 16, 8, 8});
    double first = 0;
    double last = 0;
    for (int i = 0; i < 60; ++i) {
      adam.zero_grad();
      const VaeLosses losses = vae_losses(vae, picture, noise, {});
      losses.total.backward();
      adam.step();
      last = losses.reconstruction.item<double>();
      if (i == 0) first = last;
    }
    QVERIFY2(last < 0.5 * first, qPrintable(QString("%1 to %2").arg(first).arg(last)));
  }
};

QTEST_GUILESS_MAIN(VaeLossTest)
#include "vae_loss_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/gan_prior.h"
#include "core/training/prior_networks.h"

#include <nlohmann/json.hpp>

#include <QtTest>

using namespace portrait;

class PriorNetworksTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // What is trained behind the gain and what ships must be the same network.
  void shipped_weights_decode_as_the_trained_ones() {
    PlaneEncoderConfig config;
    config.token_width = 32;
    config.token_layers = 1;
    config.token_heads = 2;
    const PriorNetworks networks = PriorNetworks::random(config, 9);
    TensorMap values;
    for (const auto& [name, tensor] : networks.named()) values[name] = tensor;
    const TensorMap shipped = PriorNetworks::shipped(values);

    RandomStream random({1, 1, 1, 1});
    Tensor features = at::empty({50, 32});
    random.fill_normal({features.data_ptr<float>(), 50 * 32});
    const Decoded trained = networks.decoder().decode(features);
    const Decoded loaded = Decoder::load(shipped).decode(features);
    QVERIFY(at::allclose(trained.raw_density, loaded.raw_density, 1e-5, 1e-5));
    QVERIFY(at::allclose(trained.colours, loaded.colours, 1e-5, 1e-6));
    // The gain is really there.
    const Decoded plain = networks.trained_decoder.decode(features);
    QVERIFY(at::allclose(plain.raw_density * PriorNetworks::kDensityGain, loaded.raw_density, 1e-4,
                         1e-4));
    GanPrior::load(shipped, to_json(config));  // throws when a name is missing or too many
  }
};

QTEST_GUILESS_MAIN(PriorNetworksTest)
#include "prior_networks_test.moc"

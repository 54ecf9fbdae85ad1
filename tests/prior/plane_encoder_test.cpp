// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/prior/gan_prior.h"
#include "core/prior/photo_lift.h"
#include "core/prior/plane_encoder.h"

#include <nlohmann/json.hpp>

#include <QtTest>

using namespace portrait;

namespace {

PlaneEncoderConfig small_config() {
  PlaneEncoderConfig config;
  config.token_width = 32;
  config.token_layers = 1;
  config.token_heads = 2;
  return config;
}

TensorMap random_prior(const PlaneEncoderConfig& config) {
  Parameters parameters = Parameters::random(3);
  const PlaneEncoder encoder(parameters, config);
  TensorMap tensors;
  for (const auto& [name, tensor] : parameters.named()) tensors["encoder." + name] = tensor;
  RandomStream random({1, 2, 3, 4});
  Decoder::random(random).save_to(tensors);
  SuperResolution::random(random).save_to(tensors);
  return tensors;
}

}  // namespace

class PlaneEncoderTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_shipped_size_stays_within_its_share() {
    Parameters parameters = Parameters::random(1);
    const PlaneEncoder encoder(parameters, {});
    QVERIFY2(parameters.count() < 7'000'000, std::to_string(parameters.count()).c_str());
  }

  void a_configuration_survives_json() {
    PlaneEncoderConfig config = small_config();
    config.depth_slices = 3;
    const PlaneEncoderConfig read = plane_encoder_config(to_json(config));
    QCOMPARE(read.depth_slices, 3);
    QCOMPARE(read.token_width, 32);
    nlohmann::json broken = to_json(config);
    broken.erase("token_heads");
    QVERIFY_EXCEPTION_THROWN(plane_encoder_config(broken), Error);
  }

  void a_photo_becomes_planes_and_each_photo_its_own() {
    Parameters parameters = Parameters::random(1);
    const PlaneEncoder encoder(parameters, small_config());
    const at::NoGradGuard no_grad;
    const Tensor cameras = camera_tensor(rig_camera({10, 0})).unsqueeze(0).repeat({2, 1});
    const Tensor photos = at::stack({at::full({3, 256, 256}, 0.2), at::full({3, 256, 256}, 0.8)});
    const Tensor mattes = at::ones({2, 1, 256, 256});
    const Tensor planes = encoder(photos, mattes, cameras);
    QCOMPARE(planes.sizes(), at::IntArrayRef({2, 3, 2, 32, 128, 128}));
    QVERIFY((planes[0] - planes[1]).abs().max().item<float>() > 1e-3F);
    // A batch is its photos one by one.
    const Tensor second =
        encoder(photos.slice(0, 1), mattes.slice(0, 1), cameras.slice(0, 1));
    QVERIFY(at::allclose(planes[1], second[0], 1e-4, 1e-5));
  }

  void every_parameter_but_the_surface_learns() {
    Parameters parameters = Parameters::random(1);
    const PlaneEncoder encoder(parameters, small_config());
    for (const auto& [name, tensor] : parameters.named()) {
      if (name != "surface") tensor.set_requires_grad(true);
    }
    const Tensor cameras = camera_tensor(rig_camera({0, 0})).unsqueeze(0);
    const Tensor planes =
        encoder(at::full({1, 3, 256, 256}, 0.3), at::ones({1, 1, 256, 256}), cameras);
    (planes * at::linspace(-1, 1, planes.numel()).view(planes.sizes())).sum().backward();
    for (const auto& [name, tensor] : parameters.named()) {
      if (name == "surface") continue;
      QVERIFY2(tensor.grad().defined(), name.c_str());
    }
  }

  void a_prior_loads_and_gives_a_field_of_its_own() {
    const PlaneEncoderConfig config = small_config();
    const TensorMap tensors = random_prior(config);
    const GanPrior prior = GanPrior::load(tensors, to_json(config));
    const Field field =
        prior.infer(at::full({3, 512, 512}, 0.5), at::ones({1, 512, 512}), rig_camera({0, 0}));
    QCOMPARE(field.planes.sizes(), at::IntArrayRef({3, 2, 32, 128, 128}));
    QCOMPARE(field.frame.depth_slices, 2);
    const Tensor before = tensors.at("decoder.net.0.weight").clone();
    field.decoder.w0.add_(1);
    QVERIFY(at::equal(tensors.at("decoder.net.0.weight"), before));
  }

  // The tensors as they would be of an encoder without the rim's four channels.
  void an_encoder_from_before_the_rim_makes_what_it_made() {
    const PlaneEncoderConfig config = small_config();
    TensorMap before = random_prior(config);
    TensorMap without = before;
    int cut = 0;
    for (auto& [name, tensor] : before) {
      const bool lifted = name.find(".join") != std::string::npos ||
                          name.find(".up128") != std::string::npos;
      if (!lifted || !name.ends_with(".weight")) continue;
      tensor = tensor.slice(1, 0, tensor.size(1) - 4).clone();
      without[name] = at::constant_pad_nd(tensor, {0, 0, 0, 0, 0, 4}, 0);
      ++cut;
    }
    QCOMPARE(cut, 3 * 2 * 3);
    const TensorMap grown = with_all_inputs(before, config);
    for (const auto& [name, tensor] : without) {
      QVERIFY2(at::equal(grown.at(name), tensor), name.c_str());
    }
    const GanPrior prior = GanPrior::load(grown, to_json(config));
    QVERIFY(at::equal(with_all_inputs(grown, config).at("encoder.generator.0.0.up128.weight"),
                      grown.at("encoder.generator.0.0.up128.weight")));
    QVERIFY_EXCEPTION_THROWN(GanPrior::load(before, to_json(config)), Error);
  }

  void grain_begins_at_nothing_and_is_the_same_each_time() {
    const PlaneEncoderConfig plain = small_config();
    PlaneEncoderConfig grainy = plain;
    grainy.grain_channels = 2;
    QCOMPARE(plane_encoder_config(to_json(grainy)).grain_channels, 2);
    nlohmann::json before = to_json(plain);
    before.erase("grain_channels");  // as packs have it that were made before
    QCOMPARE(plane_encoder_config(before).grain_channels, 0);
    const TensorMap tensors = random_prior(plain);
    TensorMap grown = with_all_inputs(tensors, grainy);
    const auto planes = [&](const TensorMap& of, const PlaneEncoderConfig& config) {
      return GanPrior::load(of, to_json(config))
          .infer(at::full({3, 64, 64}, 0.5), at::ones({1, 64, 64}), rig_camera({0, 0}))
          .planes;
    };
    const Tensor without = planes(tensors, plain);
    QVERIFY(at::allclose(planes(grown, grainy), without, 1e-5, 1e-5));
    Tensor& weight = grown.at("encoder.generator.0.0.up128.weight");
    weight.slice(1, weight.size(1) - 2).fill_(0.1);
    const Tensor grain = planes(grown, grainy);
    QVERIFY(!at::allclose(grain[0], without[0], 1e-3, 1e-3));
    QVERIFY(at::allclose(grain[1], without[1], 1e-5, 1e-5));
    QVERIFY(at::equal(planes(grown, grainy), grain));
  }

  void a_prior_that_does_not_fit_its_configuration_is_refused() {
    const PlaneEncoderConfig config = small_config();
    TensorMap missing = random_prior(config);
    missing.erase("encoder.tokens.camera.weight");
    QVERIFY_EXCEPTION_THROWN(GanPrior::load(missing, to_json(config)), Error);
    TensorMap surplus = random_prior(config);
    surplus["encoder.unknown"] = at::ones({1});
    QVERIFY_EXCEPTION_THROWN(GanPrior::load(surplus, to_json(config)), Error);
  }
};

QTEST_GUILESS_MAIN(PlaneEncoderTest)
#include "plane_encoder_test.moc"

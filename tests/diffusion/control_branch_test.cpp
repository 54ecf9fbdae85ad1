// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/control_branch.h"
#include "core/diffusion/unet_2d_condition.h"
#include "tests/diffusion/closed_form_weights.h"
#include "tests/diffusion/published_keys.h"
#include "tests/diffusion/small_networks.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <map>

using namespace portrait;

namespace {

constexpr double kFixtureScale = 0.7;

struct Fixture {
  SafetensorsFile file{PORTRAIT_SOURCE_DIR "/tests/data/brushnet_small.safetensors"};
  TensorMap weights = closed_form_weights(file);
  Tensor x = to_tensor(file.at("x"));
  Tensor t = to_tensor(file.at("t"));
  Tensor conditioning = to_tensor(file.at("cond"));
  Tensor context = to_tensor(file.at("ehs"));

  Tensor expected(const std::string& name) const { return to_tensor(file.at(name)); }
};

ControlConfig small_config() {
  ControlConfig config;
  config.sizes = small_sizes();
  return config;
}

std::shared_ptr<const UNet2DConditionModel> small_unet() {
  const SafetensorsFile file(PORTRAIT_SOURCE_DIR "/tests/data/unet_small.safetensors");
  return load_unet(closed_form_weights(file), small_unet_config());
}

// Gradients of the steered UNet's answer, squared, in the branch's parameters.
void learn_through_the_unet(const Fixture& fixture, const ControlBranch& branch,
                            const Parameters& parameters) {
  for (const auto& [name, tensor] : parameters.named()) tensor.set_requires_grad(true);
  const Tensor answer = (*small_unet())(
      fixture.x, fixture.t, fixture.context,
      branch.outputs(branch.features(fixture.x, fixture.conditioning, fixture.t)));
  answer.square().sum().backward();
}

}  // namespace

class ControlBranchTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_fixture_is_met() {
    const at::NoGradGuard no_grad;
    const Fixture fixture;
    const auto branch = load_brushnet(fixture.weights, small_config());
    const std::vector<Tensor> outputs = branch->outputs(
        branch->features(fixture.x, fixture.conditioning, fixture.t), kFixtureScale);
    const std::vector<FeatureSite> sites = feature_sites(small_config().sizes);
    QCOMPARE(outputs.size(), sites.size());
    double worst = 0;
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const Tensor expected = fixture.expected(sites[i].name());
      QCOMPARE(outputs[i].sizes(), expected.sizes());
      QCOMPARE(outputs[i].size(3) * sites[i].reduction, fixture.x.size(3));
      worst = std::max(worst, relative_difference(outputs[i], expected));
    }
    const Tensor steered = (*small_unet())(fixture.x, fixture.t, fixture.context, outputs);
    const double answer = relative_difference(steered, fixture.expected("y"));
    qInfo("relative differences: features %.2g, steered UNet %.2g", worst, answer);
    QVERIFY(worst < 1e-4);
    QVERIFY(answer < 1e-4);
    const Tensor alone = (*small_unet())(fixture.x, fixture.t, fixture.context);
    QVERIFY(relative_difference(alone, fixture.expected("y")) > 1e-2);
  }

  void the_published_size_has_the_published_names_and_shapes() {
    Parameters parameters = Parameters::listed();
    const ControlBranch branch(parameters, {});
    QCOMPARE(difference_to_published(parameters, "brushnet_sd15_keys.txt"), std::string());
    QCOMPARE(parameters.named().size(), std::size_t{322});
    QCOMPARE(parameters.count(), std::int64_t{618830080});
  }

  void with_zero_convolutions_at_zero_the_unet_is_itself() {
    const Fixture fixture;
    Parameters parameters = Parameters::random(5);
    const ControlBranch fresh(parameters, small_config());
    const std::vector<Tensor> outputs =
        fresh.outputs(fresh.features(fixture.x, fixture.conditioning, fixture.t));
    const auto unet = small_unet();
    const Tensor alone = (*unet)(fixture.x, fixture.t, fixture.context);
    QVERIFY(at::equal((*unet)(fixture.x, fixture.t, fixture.context, outputs), alone));
    // So is one whose trained branch has no weight.
    const auto trained = load_brushnet(fixture.weights, small_config());
    const std::vector<Tensor> muted = trained->outputs(
        trained->features(fixture.x, fixture.conditioning, fixture.t), 0);
    QVERIFY(at::equal((*unet)(fixture.x, fixture.t, fixture.context, muted), alone));
  }

  void it_learns_through_the_unet() {
    const Fixture fixture;
    Parameters parameters = Parameters::bound(fixture.weights);
    const ControlBranch branch(parameters, small_config());
    learn_through_the_unet(fixture, branch, parameters);
    for (const auto& [name, tensor] : parameters.named()) {
      QVERIFY2(tensor.grad().defined() && tensor.grad().any().item<bool>(), name.c_str());
    }
  }

  // From zero it is the zero convolutions alone that learn at first.
  void a_fresh_branch_starts_at_its_zero_convolutions() {
    const Fixture fixture;
    Parameters parameters = Parameters::random(5);
    const ControlBranch branch(parameters, small_config());
    learn_through_the_unet(fixture, branch, parameters);
    for (const auto& [name, tensor] : parameters.named()) {
      const bool zero = name.rfind("brushnet_", 0) == 0;
      QCOMPARE(tensor.grad().any().item<bool>(), zero);
    }
  }

  void what_does_not_fit_is_refused() {
    const Fixture fixture;
    const auto branch = load_brushnet(fixture.weights, small_config());
    const Tensor& cond = fixture.conditioning;
    QVERIFY_EXCEPTION_THROWN(branch->features(fixture.x, cond.slice(1, 0, 4), fixture.t), Error);
    QVERIFY_EXCEPTION_THROWN(branch->features(fixture.x, cond.slice(3, 0, 8), fixture.t), Error);
    QVERIFY_EXCEPTION_THROWN(branch->features(cond, cond, fixture.t), Error);
    std::vector<Tensor> features = branch->features(fixture.x, cond, fixture.t);
    std::swap(features[3], features[4]);
    QVERIFY_EXCEPTION_THROWN(branch->outputs(features), Error);
    features.pop_back();
    QVERIFY_EXCEPTION_THROWN(branch->outputs(features), Error);
    TensorMap broken = fixture.weights;
    broken.erase("brushnet_up_blocks.14.bias");
    QVERIFY_EXCEPTION_THROWN(load_brushnet(broken, small_config()), Error);
  }

  void the_published_configuration_is_the_default() {
    const nlohmann::json published = nlohmann::json::parse(R"({
      "_class_name": "BrushNetModel", "act_fn": "silu", "addition_embed_type": null,
      "attention_head_dim": 8, "block_out_channels": [320, 640, 1280, 1280],
      "brushnet_conditioning_channel_order": "rgb", "class_embed_type": null,
      "conditioning_channels": 5, "cross_attention_dim": 768, "downsample_padding": 1,
      "down_block_types": ["DownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D"],
      "up_block_types": ["UpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D"],
      "mid_block_type": "MidBlock2D", "flip_sin_to_cos": true, "freq_shift": 0, "in_channels": 4,
      "layers_per_block": 2, "mid_block_scale_factor": 1, "norm_eps": 1e-05,
      "norm_num_groups": 32, "only_cross_attention": false,
      "resnet_time_scale_shift": "default"})");
    QVERIFY(to_json(control_config(published)) == to_json(ControlConfig{}));
  }

  void a_configuration_survives_json() {
    ControlConfig config = small_config();
    config.conditioning_channels = 17;
    QVERIFY(to_json(control_config(to_json(config))) == to_json(config));
    QVERIFY(to_json(control_config(nlohmann::json::object())) == to_json(ControlConfig{}));
    for (const auto& [key, value] : std::map<std::string, nlohmann::json>{
             {"conditioning_channels", 0}, {"layers_per_block", -1}, {"norm_num_groups", 7},
             {"mid_block_type", "UNetMidBlock2DCrossAttn"},
             {"down_block_types", {"DownBlock2D", "DownBlock2D", "AttnDownBlock2D",
                                   "DownBlock2D"}}}) {
      nlohmann::json broken = to_json(config);
      broken[key] = value;
      QVERIFY_EXCEPTION_THROWN(control_config(broken), Error);
    }
  }

  void a_pack_gives_its_network() {
    const at::NoGradGuard no_grad;
    const Fixture fixture;
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    add_small_network(path, "brushnet", fixture.weights, to_json(small_config()));
    const auto loaded = load_brushnet(ModelPack::open(path));
    const std::vector<Tensor> outputs = loaded->outputs(
        loaded->features(fixture.x, fixture.conditioning, fixture.t), kFixtureScale);
    QVERIFY(relative_difference(outputs.back(), fixture.expected("up14")) < 1e-4);
  }
};

QTEST_GUILESS_MAIN(ControlBranchTest)
#include "control_branch_test.moc"

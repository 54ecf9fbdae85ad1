// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/control_branch.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/nn/model_pack.h"
#include "tests/diffusion/closed_form_weights.h"
#include "tests/diffusion/published_keys.h"
#include "tests/diffusion/small_networks.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <map>

using namespace portrait;

namespace {

SafetensorsFile fixture() {
  return SafetensorsFile(PORTRAIT_SOURCE_DIR "/tests/data/unet_small.safetensors");
}

UNetConfig tiny_config() {
  UNetConfig config;
  config.sizes.block_out_channels = {8, 16};
  config.sizes.layers_per_block = 1;
  config.sizes.norm_num_groups = 4;
  config.attention = {{true, false}, true, {2, 4}, 6, 1, true};
  return config;
}

std::string refusal_of(const TensorMap& tensors) {
  try {
    load_unet(tensors, small_unet_config());
  } catch (const Error& error) {
    return error.code() == ErrorCode::kCorrupt ? error.what() : "another code";
  }
  return "none";
}

}  // namespace

class UNetTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_fixture_is_met() {
    const SafetensorsFile file = fixture();
    const auto unet = load_unet(closed_form_weights(file), small_unet_config());
    const Tensor x = to_tensor(file.at("x"));
    const Tensor t = to_tensor(file.at("t"));
    const Tensor context = to_tensor(file.at("ehs"));
    const Tensor expected = to_tensor(file.at("y"));
    const double with_gradients = relative_difference((*unet)(x, t, context), expected);
    const at::NoGradGuard no_grad;
    const double without = relative_difference((*unet)(x, t, context), expected);
    qInfo("relative differences: %.2g, with gradients %.2g", without, with_gradients);
    QVERIFY(without < 1e-4);
    QVERIFY(with_gradients < 1e-4);
  }

  void half_precision_is_near_the_fixture() {
    const at::NoGradGuard no_grad;
    const SafetensorsFile file = fixture();
    for (const Precision& precision : {half_precision(), Precision{at::kBFloat16, at::kFloat}}) {
      TensorMap weights = closed_form_weights(file);
      for (auto& [name, weight] : weights) weight = weight.to(precision.weights);
      const auto unet = network_of<UNet2DConditionModel>(
          Parameters::packed(std::move(weights), precision.arithmetic), small_unet_config());
      const Tensor answer =
          (*unet)(to_tensor(file.at("x")), to_tensor(file.at("t")), to_tensor(file.at("ehs")));
      QCOMPARE(answer.scalar_type(), at::kFloat);
      const Tensor expected = to_tensor(file.at("y"));
      const double difference = ((answer - expected).norm() / expected.norm()).item<double>();
      qInfo("root mean square difference: %.2g", difference);
      QVERIFY(difference > 1e-5 && difference < 0.03);
    }
  }

  void the_published_size_has_the_published_names_and_shapes() {
    Parameters parameters = Parameters::listed();
    const UNet2DConditionModel unet(parameters, {});
    QCOMPARE(difference_to_published(parameters, "unet_sd15_keys.txt"), std::string());
    QCOMPARE(parameters.named().size(), std::size_t{686});
    QCOMPARE(parameters.count(), std::int64_t{859520964});
    QCOMPARE(feature_sites(unet.config().sizes).size(), std::size_t{28});
  }

  void a_file_that_does_not_fit_is_refused_by_name() {
    const TensorMap whole = closed_form_weights(fixture());
    QCOMPARE(refusal_of(whole), std::string("none"));
    const std::string key =
        "up_blocks.2.attentions.1.transformer_blocks.0.attn2.to_k.weight";
    const auto named = [&](const TensorMap& tensors, const std::string& name) {
      return refusal_of(tensors).find('"' + name + '"') != std::string::npos;
    };
    TensorMap broken = whole;
    broken.erase(key);
    QVERIFY(named(broken, key));
    broken = whole;
    broken[key] = at::zeros({64, 25});
    QVERIFY(named(broken, key));
    broken = whole;
    broken["mid_block.attentions.1.norm.bias"] = at::zeros({64});
    QVERIFY(named(broken, "mid_block.attentions.1.norm.bias"));
  }

  void each_sample_is_on_its_own() {
    const at::NoGradGuard no_grad;
    const SafetensorsFile file = fixture();
    const auto unet = load_unet(closed_form_weights(file), small_unet_config());
    const auto half = [&](const char* name) { return to_tensor(file.at(name)).slice(0, 1, 2); };
    QVERIFY(relative_difference((*unet)(half("x"), half("t"), half("ehs")), half("y")) < 1e-4);
    // Neither the time nor the context is without effect.
    QVERIFY(relative_difference((*unet)(half("x"), half("t") - 300, half("ehs")), half("y")) >
            1e-3);
    QVERIFY(relative_difference((*unet)(half("x"), half("t"), half("ehs") + 1), half("y")) > 1e-3);
  }

  void its_gradient_is_that_of_differences() {
    const SafetensorsFile file = fixture();
    const auto unet = load_unet(closed_form_weights(file), small_unet_config());
    const Tensor t = to_tensor(file.at("t"));
    const Tensor context = to_tensor(file.at("ehs"));
    const Tensor x = to_tensor(file.at("x")).requires_grad_(true);
    const Tensor y = (*unet)(x, t, context);
    const Tensor seen = (at::arange(y.numel(), at::kFloat) * 0.37).sin().view_as(y);
    (y * seen).sum().backward();
    const at::NoGradGuard no_grad;
    const Tensor way = (at::arange(x.numel(), at::kFloat) * 0.71).cos().view_as(x);
    const double step = 1e-2;
    const auto along = [&](double by) {
      return ((*unet)(x + by * way, t, context) * seen).sum(at::kDouble).item<double>();
    };
    const double difference = (along(step) - along(-step)) / (2 * step);
    const double gradient = (x.grad() * way).sum(at::kDouble).item<double>();
    QVERIFY(std::abs(gradient) > 1e-3);
    QVERIFY2(std::abs(difference / gradient - 1) < 1e-2,
             fmt::format("{} against {}", difference, gradient).c_str());
  }

  void every_parameter_learns() {
    Parameters parameters = Parameters::random(1);
    const UNet2DConditionModel unet(parameters, tiny_config());
    for (const auto& [name, tensor] : parameters.named()) {
      // A fresh network's zero layers hold back what is before them.
      if (tensor.dim() > 1 && !tensor.any().item<bool>()) tensor.fill_(0.05);
      tensor.set_requires_grad(true);
    }
    const Tensor x = (at::arange(2 * 4 * 64, at::kFloat) * 0.37).sin().view({2, 4, 8, 8});
    const Tensor context = (at::arange(2 * 3 * 6, at::kFloat) * 0.53).sin().view({2, 3, 6});
    unet(x, at::tensor({10, 900}, at::kLong), context).square().sum().backward();
    for (const auto& [name, tensor] : parameters.named()) {
      QVERIFY2(tensor.grad().defined() && tensor.grad().any().item<bool>(), name.c_str());
    }
  }

  void what_does_not_fit_is_refused() {
    Parameters parameters = Parameters::random(1);
    const UNet2DConditionModel unet(parameters, tiny_config());
    const Tensor x = at::zeros({1, 4, 8, 8});
    const Tensor t = at::zeros({1}, at::kLong);
    const Tensor context = at::zeros({1, 3, 6});
    unet(x, t, context);
    QVERIFY_EXCEPTION_THROWN(unet(at::zeros({1, 4, 7, 8}), t, context), Error);
    QVERIFY_EXCEPTION_THROWN(unet(at::zeros({1, 5, 8, 8}), t, context), Error);
    QVERIFY_EXCEPTION_THROWN(unet(x, at::zeros({2}, at::kLong), context), Error);
    QVERIFY_EXCEPTION_THROWN(unet(x, t, at::zeros({1, 3, 5})), Error);
    QVERIFY_EXCEPTION_THROWN(unet(x, t, context, {x}), Error);
    std::vector<Tensor> added;
    for (const FeatureSite& site : feature_sites(unet.config().sizes)) {
      added.push_back(at::zeros({1, site.channels, 8 / site.reduction, 8 / site.reduction}));
    }
    unet(x, t, context, added);
    added.back() = at::zeros({1, 8, 4, 4});
    QVERIFY_EXCEPTION_THROWN(unet(x, t, context, added), Error);
  }

  // METHOD's shares of the pack: 4.5 M weights, 1.7 M for a branch.
  void the_compact_size_keeps_its_promises() {
    const at::NoGradGuard no_grad;
    Parameters parameters = Parameters::random(1);
    const UNet2DConditionModel unet(parameters, compact_unet());
    QVERIFY(parameters.count() <= 4'500'000);
    const Tensor x = at::ones({1, 16, 16, 16});
    const Tensor y = unet(x, at::full({1}, 5, at::kLong), at::ones({1, 2, 64}));
    QCOMPARE(y.sizes(), x.sizes());
    // A fresh network answers zero.
    QVERIFY(!y.any().item<bool>());
    Parameters branch = Parameters::listed();
    const ControlBranch made(branch, compact_control());
    QVERIFY(branch.count() <= 1'750'000);
    QCOMPARE(feature_sites(made.config().sizes).size(), feature_sites(compact_unet().sizes).size());
  }

  void the_published_configuration_is_the_default() {
    const nlohmann::json published = nlohmann::json::parse(R"({
      "_class_name": "UNet2DConditionModel", "act_fn": "silu", "attention_head_dim": 8,
      "block_out_channels": [320, 640, 1280, 1280], "center_input_sample": false,
      "cross_attention_dim": 768, "downsample_padding": 1, "flip_sin_to_cos": true,
      "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D",
                           "DownBlock2D"],
      "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D",
                         "CrossAttnUpBlock2D"],
      "freq_shift": 0, "in_channels": 4, "layers_per_block": 2, "mid_block_scale_factor": 1,
      "norm_eps": 1e-05, "norm_num_groups": 32, "out_channels": 4, "sample_size": 64})");
    QVERIFY(to_json(unet_config(published)) == to_json(UNetConfig{}));
  }

  void a_configuration_survives_json() {
    QVERIFY(to_json(unet_config(to_json(tiny_config()))) == to_json(tiny_config()));
    QVERIFY(to_json(unet_config(nlohmann::json::object())) == to_json(UNetConfig{}));
    nlohmann::json other = to_json(UNetConfig{});
    other["attention_head_dim"] = 4;
    QCOMPARE(unet_config(other).attention.heads, std::vector<int>({4, 4, 4, 4}));
    other["num_attention_heads"] = {5, 10, 20, 20};
    QCOMPARE(unet_config(other).attention.heads, std::vector<int>({5, 10, 20, 20}));
    QVERIFY(to_json(unet_config(to_json(compact_unet()))) == to_json(compact_unet()));
    for (const auto& [key, value] : std::map<std::string, nlohmann::json>{
             {"block_out_channels", {320, 650}}, {"norm_eps", 0}, {"attention_head_dim", 7},
             {"attention_head_dim", {8, 8}}, {"cross_attention_dim", 0}, {"act_fn", "gelu"},
             {"down_block_types", {"DownBlock2D"}}, {"freq_shift", 200},
             {"mid_block_type", "UNetMidBlock2DSimpleCrossAttn"}, {"class_embed_type", "timestep"},
             {"up_block_types", {"UpBlock2D", "UpBlock2D", "CrossAttnUpBlock2D",
                                 "CrossAttnUpBlock2D"}}}) {
      nlohmann::json broken = to_json(UNetConfig{});
      broken[key] = value;
      QVERIFY_EXCEPTION_THROWN(unet_config(broken), Error);
    }
  }

  void a_pack_gives_its_network_with_packed_weights() {
    const at::NoGradGuard no_grad;
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    add_small_network(path, "unet", closed_form_weights(fixture()), to_json(small_unet_config()));
    const auto loaded = load_unet(ModelPack::open(path));
    const SafetensorsFile file = fixture();
    const Tensor y = (*loaded)(to_tensor(file.at("x")), to_tensor(file.at("t")),
                               to_tensor(file.at("ehs")));
    QVERIFY(relative_difference(y, to_tensor(file.at("y"))) < 1e-4);
  }
};

QTEST_GUILESS_MAIN(UNetTest)
#include "unet_test.moc"

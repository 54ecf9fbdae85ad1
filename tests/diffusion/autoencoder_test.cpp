// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/nn/model_pack.h"
#include "tests/diffusion/closed_form_weights.h"
#include "tests/diffusion/published_keys.h"

#include <QTemporaryDir>
#include <QtTest>

#include <map>

using namespace portrait;

namespace {

SafetensorsFile fixture() {
  return SafetensorsFile(PORTRAIT_SOURCE_DIR "/tests/data/vae_small.safetensors");
}

AutoencoderConfig fixture_config() {
  AutoencoderConfig config;
  config.block_out_channels = {16, 32, 32, 32};
  config.norm_num_groups = 8;
  return config;
}

AutoencoderConfig tiny_config() {
  AutoencoderConfig config = compact_autoencoder();
  config.block_out_channels = {8, 16};
  config.mid_block_add_attention = true;
  return config;
}

double relative_difference(const Tensor& found, const Tensor& expected) {
  return ((found - expected).abs().max() / expected.abs().max()).item<double>();
}

Tensor wave_picture(std::int64_t side) {
  return (at::arange(3 * side * side, at::kFloat) * 0.37).sin().view({1, 3, side, side});
}

std::string refusal_of(const TensorMap& tensors) {
  try {
    load_autoencoder(tensors, fixture_config());
  } catch (const Error& error) {
    return error.code() == ErrorCode::kCorrupt ? error.what() : "another code";
  }
  return "none";
}

}  // namespace

class AutoencoderTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_fixture_is_met() {
    const at::NoGradGuard no_grad;
    const SafetensorsFile file = fixture();
    const auto vae = load_autoencoder(closed_form_weights(file), fixture_config());
    const Posterior posterior = vae->encode(to_tensor(file.at("img")));
    const Tensor decoded = vae->decode(to_tensor(file.at("mean")));
    const double mean = relative_difference(posterior.mean, to_tensor(file.at("mean")));
    const double logvar = relative_difference(posterior.logvar, to_tensor(file.at("logvar")));
    const double picture = relative_difference(decoded, to_tensor(file.at("dec")));
    qInfo("relative differences: mean %.2g, logvar %.2g, decoded %.2g", mean, logvar, picture);
    QVERIFY(mean < 1e-4);
    QVERIFY(logvar < 1e-4);
    QVERIFY(picture < 1e-4);
  }

  void with_gradients_it_computes_the_same() {
    const SafetensorsFile file = fixture();
    const auto vae = load_autoencoder(closed_form_weights(file), fixture_config());
    const Tensor decoded = vae->decode(vae->encode(to_tensor(file.at("img"))).mean);
    QVERIFY(relative_difference(decoded, to_tensor(file.at("dec"))) < 1e-4);
  }

  void with_packed_weights_it_computes_the_same() {
    const SafetensorsFile file = fixture();
    const auto vae = network_of<AutoencoderKL>(Parameters::packed(closed_form_weights(file)),
                                               fixture_config());
    const Tensor picture = to_tensor(file.at("img")).requires_grad_(true);
    const Tensor mean = vae->encode(picture).mean;
    mean.square().sum().backward();
    QVERIFY(picture.grad().abs().max().item<float>() > 0);  // as distillation needs
    const at::NoGradGuard no_grad;
    QVERIFY(relative_difference(vae->decode(mean), to_tensor(file.at("dec"))) < 1e-4);
  }

  void the_published_size_has_the_published_names_and_shapes() {
    Parameters parameters = Parameters::listed();
    const AutoencoderKL vae(parameters, {});
    QCOMPARE(difference_to_published(parameters, "vae_sd15_keys.txt"), std::string());
    QCOMPARE(parameters.named().size(), std::size_t{248});
    QCOMPARE(parameters.count(), std::int64_t{83653863});
  }

  void older_names_and_pointwise_kernels_load() {
    const at::NoGradGuard no_grad;
    const TensorMap tensors = closed_form_weights(fixture());
    TensorMap older;
    for (const auto& [name, tensor] : tensors) {
      std::string renamed = name;
      Tensor kept = tensor;
      for (const auto& [modern, old] : {std::pair{".to_q.", ".query."}, {".to_k.", ".key."},
                                        {".to_v.", ".value."}, {".to_out.0.", ".proj_attn."}}) {
        const auto at = renamed.find(modern);
        if (at == std::string::npos) continue;
        renamed.replace(at, std::string(modern).size(), old);
        if (kept.dim() == 2) kept = kept.unsqueeze(-1).unsqueeze(-1);
      }
      older[renamed] = kept;
    }
    QVERIFY(older.count("encoder.mid_block.attentions.0.proj_attn.weight") == 1);
    const Tensor latents = to_tensor(fixture().at("mean"));
    QVERIFY(at::equal(load_autoencoder(older, fixture_config())->decode(latents),
                      load_autoencoder(tensors, fixture_config())->decode(latents)));
  }

  void a_file_that_does_not_fit_is_refused_by_name() {
    const TensorMap whole = closed_form_weights(fixture());
    QCOMPARE(refusal_of(whole), std::string("none"));
    const std::string key = "decoder.up_blocks.1.resnets.0.conv1.weight";
    const auto named = [&](const TensorMap& tensors, const std::string& name) {
      const std::string refusal = refusal_of(tensors);
      return refusal.find('"' + name + '"') != std::string::npos;
    };
    TensorMap broken = whole;
    broken.erase(key);
    QVERIFY(named(broken, key));
    broken = whole;
    broken[key] = at::zeros({32, 32, 1, 1});
    QVERIFY(named(broken, key));
    broken = whole;
    broken[key] = whole.at(key).clone();
    broken[key][3][2][1][0] = NAN;
    QVERIFY(named(broken, key));
    broken = whole;
    broken["decoder.up_blocks.9.bias"] = at::zeros({1});
    QVERIFY(named(broken, "decoder.up_blocks.9.bias"));
  }

  void the_compact_size_keeps_its_promises() {
    const at::NoGradGuard no_grad;
    Parameters parameters = Parameters::random(1);
    const AutoencoderKL vae(parameters, compact_autoencoder());
    QVERIFY(2 * parameters.count() <= 6'000'000);
    QCOMPARE(vae.config().reduction(), 8);
    const Posterior posterior = vae.encode(wave_picture(64));
    QCOMPARE(posterior.mean.sizes(), at::IntArrayRef({1, 16, 8, 8}));
    QCOMPARE(vae.decode(posterior.mean).sizes(), at::IntArrayRef({1, 3, 64, 64}));
  }

  void a_sample_is_the_mean_and_the_given_noise() {
    const Posterior posterior{at::full({1, 1, 1, 2}, 3.0), at::full({1, 1, 1, 2}, std::log(4.0))};
    const Tensor sample = posterior.sample(at::tensor({-1.F, 0.5F}).view({1, 1, 1, 2}));
    QVERIFY(at::allclose(sample.flatten(), at::tensor({1.F, 4.F})));
    QVERIFY_EXCEPTION_THROWN(posterior.sample(at::zeros({1, 1, 2, 2})), Error);
  }

  void the_spread_is_clamped() {
    const at::NoGradGuard no_grad;
    Parameters parameters = Parameters::random(1);
    const AutoencoderKL vae(parameters, tiny_config());
    for (const auto& [name, tensor] : parameters.named()) {
      if (name == "quant_conv.bias") tensor.slice(0, 16, 24).fill_(100);
      if (name == "quant_conv.bias") tensor.slice(0, 24, 32).fill_(-100);
    }
    const Tensor logvar = vae.encode(wave_picture(32)).logvar;
    QCOMPARE(logvar.max().item<float>(), 20.0F);
    QCOMPARE(logvar.min().item<float>(), -30.0F);
  }

  void diffusion_units_go_both_ways() {
    AutoencoderConfig config = tiny_config();
    config.scaling_factor = 0.5;
    config.shift_factor = 2;
    Parameters parameters = Parameters::listed();
    const AutoencoderKL vae(parameters, config);
    const Tensor latents = at::tensor({6.F});
    QCOMPARE(vae.to_diffusion(latents).item<float>(), 2.0F);
    QCOMPARE(vae.from_diffusion(vae.to_diffusion(latents)).item<float>(), 6.0F);
  }

  void every_parameter_learns() {
    Parameters parameters = Parameters::random(1);
    const AutoencoderKL vae(parameters, tiny_config());
    for (const auto& [name, tensor] : parameters.named()) tensor.set_requires_grad(true);
    const Posterior posterior = vae.encode(wave_picture(32));
    (vae.decode(posterior.sample(at::ones_like(posterior.mean))) - wave_picture(32))
        .square().sum().backward();
    for (const auto& [name, tensor] : parameters.named()) {
      QVERIFY2(tensor.grad().defined(), name.c_str());
    }
  }

  void sides_that_do_not_divide_are_refused() {
    Parameters parameters = Parameters::random(1);
    const AutoencoderKL vae(parameters, tiny_config());
    QVERIFY_EXCEPTION_THROWN(vae.encode(wave_picture(30)), Error);
    QVERIFY_EXCEPTION_THROWN(vae.decode(at::zeros({1, 4, 8, 8})), Error);
  }

  void a_configuration_survives_json() {
    AutoencoderConfig config = compact_autoencoder();
    config.scaling_factor = 0.75;
    config.shift_factor = 0.25;
    config.texture_timestep = 30;
    QVERIFY(to_json(autoencoder_config(to_json(config))) == to_json(config));
    QVERIFY(to_json(autoencoder_config(nlohmann::json::object())) == to_json(AutoencoderConfig{}));
    for (const auto& [key, value] : std::map<std::string, nlohmann::json>{
             {"block_out_channels", {10, 20}}, {"layers_per_block", 0}, {"norm_num_groups", "x"},
             {"scaling_factor", -1}, {"act_fn", "relu"}, {"patch_size", nlohmann::json::array()},
             {"texture_timestep", -1}}) {
      nlohmann::json broken = to_json(config);
      broken[key] = value;
      QVERIFY_EXCEPTION_THROWN(autoencoder_config(broken), Error);
    }
  }

  void a_pack_gives_its_network() {
    const at::NoGradGuard no_grad;
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    Parameters parameters = Parameters::random(4);
    const AutoencoderKL made(parameters, tiny_config());
    TensorMap tensors;
    for (const auto& [name, tensor] : parameters.named()) tensors[name] = tensor;
    save_tensors(path / "vae.safetensors", tensors);
    PackNetwork network;
    network.id = "vae";
    network.file = "vae.safetensors";
    network.config = to_json(tiny_config());
    add_network(path, network);
    const auto loaded = load_vae(ModelPack::open(path));
    QVERIFY(at::equal(loaded->encode(wave_picture(32)).mean, made.encode(wave_picture(32)).mean));
  }
};

QTEST_GUILESS_MAIN(AutoencoderTest)
#include "autoencoder_test.moc"

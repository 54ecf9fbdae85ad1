// SPDX-License-Identifier: Apache-2.0
// Published layouts in, packs out: what the networks of an imported pack answer is what the
// published implementation does (tests/data).
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/clip/clip_text_encoder.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/control_branch.h"
#include "core/diffusion/lora.h"
#include "core/diffusion/pack_diffusion.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/importing/import_pack.h"
#include "core/nn/parameter_names.h"
#include "tests/diffusion/closed_form_weights.h"
#include "tests/diffusion/small_networks.h"
#include "tests/importing/diffusers_folder.h"

#include <QTemporaryDir>
#include <QtTest>

#include <functional>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

const std::string kData = PORTRAIT_SOURCE_DIR "/tests/data/";

template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::kInternal, "no error was thrown");
}

bool says(const Error& error, const std::string& part) {
  return error.message().find(part) != std::string::npos;
}

nlohmann::json small_unet_json() {
  nlohmann::json json = to_json(small_unet_config());
  json["_class_name"] = "UNet2DConditionModel";
  return json;
}

AutoencoderConfig small_vae_config() {
  AutoencoderConfig config;
  config.block_out_channels = {16, 32, 32, 32};
  config.norm_num_groups = 8;
  return config;
}

nlohmann::json small_brushnet_json() {
  ControlConfig config;
  config.sizes = small_sizes();
  return to_json(config);
}

TensorMap weights_of(const char* fixture) {
  return closed_form_weights(SafetensorsFile(kData + fixture));
}

}  // namespace

class ImportPackTest : public QObject {
  Q_OBJECT
  QTemporaryDir temporary_;
  fs::path root_;    // of one test
  fs::path source_;  // a diffusers folder
  ImportOptions options_;

  void write_unet(at::ScalarType type = at::kFloat) {
    write_component(source_ / "unet", weights_of("unet_small.safetensors"), small_unet_json(),
                    type);
  }

  // How far the imported UNet is from the published one's answer.
  double unet_error() {
    const SafetensorsFile fixture(kData + "unet_small.safetensors");
    const at::NoGradGuard no_grad;
    const auto unet = load_unet(ModelPack::open(options_.out));
    const Tensor y = (*unet)(to_tensor(fixture.at("x")), to_tensor(fixture.at("t")),
                             to_tensor(fixture.at("ehs")));
    return relative_difference(y, to_tensor(fixture.at("y")));
  }

  Error import_error() {
    return error_of([&] { import_pack(options_); });
  }

  // Nothing of a failed import is left, not even hidden.
  bool left_nothing() const {
    return !fs::exists(options_.out) && listing(options_.out.parent_path()).empty();
  }

 private Q_SLOTS:
  void init() {
    static int number = 0;
    root_ = fs::path(temporary_.path().toStdString()) / std::to_string(number++);
    source_ = root_ / "model";
    options_ = {};
    options_.out = root_ / "packs" / "mine";
    options_.diffusers = source_;
    fs::create_directories(options_.out.parent_path());
    fs::create_directories(source_ / "scheduler");
    write_text_file(source_ / "scheduler/scheduler_config.json",
                    R"({"_class_name": "PNDMScheduler", "beta_start": 0.00085, "beta_end": 0.012,
                        "beta_schedule": "scaled_linear", "num_train_timesteps": 1000,
                        "skip_prk_steps": true, "steps_offset": 1, "trained_betas": null,
                        "clip_sample": false, "prediction_type": "v_prediction"})");
  }

  void the_unet_answers_as_published_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("link");
    for (const bool link : {false, true}) {
      const std::string how = link ? " linked" : " copied";
      QTest::newRow(("fp32" + how).c_str()) << 0 << link;
      QTest::newRow(("fp16" + how).c_str()) << 1 << link;
      QTest::newRow(("in three pieces" + how).c_str()) << 2 << link;
    }
  }

  void the_unet_answers_as_published() {
    QFETCH(const int, kind);
    QFETCH(const bool, link);
    if (kind == 2) {
      write_shards(source_ / "unet", weights_of("unet_small.safetensors"), small_unet_json(), 3);
    } else {
      write_unet(kind == 1 ? at::kHalf : at::kFloat);
    }
    options_.link = link;
    options_.licence = "CreativeML-OpenRAIL-M";
    QVERIFY(import_pack(options_).empty());
    QVERIFY(unet_error() < (kind == 1 ? 5e-3 : 1e-4));
    const ModelPack pack = ModelPack::open(options_.out);
    const PackNetwork& unet = pack.network("unet");
    QCOMPARE(pack.name(), std::string("mine"));
    QCOMPARE(unet.licence, options_.licence);
    QCOMPARE(unet.files.size(), std::size_t(kind == 2 && link ? 3 : 0));
    QCOMPARE(pack.document().at("schema").get<int>(), kind == 2 && link ? 2 : 1);
    QCOMPARE(fs::is_symlink(options_.out / unet.file), link);
    QCOMPARE(unet.weights->tensors().begin()->second.dtype, kind == 1 ? DType::kF16 : DType::kF32);
    QVERIFY(unet_schedule(pack).prediction_type == Prediction::kVelocity);
    QCOMPARE(listing(options_.out.parent_path()).size(), std::size_t(kind == 2 && link ? 5 : 3));
  }

  void a_vae_of_older_names_is_that_of_newer_ones_data() {
    QTest::addColumn<bool>("older");
    QTest::addColumn<bool>("link");
    QTest::newRow("newer copied") << false << false;
    QTest::newRow("older copied") << true << false;
    QTest::newRow("older linked") << true << true;
  }

  void a_vae_of_older_names_is_that_of_newer_ones() {
    QFETCH(const bool, older);
    QFETCH(const bool, link);
    TensorMap weights = weights_of("vae_small.safetensors");
    const std::string modern_space = [&] {
      add_small_network(root_, "vae", weights, to_json(small_vae_config()));
      return latent_space_of(ModelPack::open(root_));
    }();
    if (older) {
      for (const char* half : {"encoder", "decoder"}) {
        const std::string start = std::string(half) + ".mid_block.attentions.0.";
        for (const auto& [modern, old] :
             {std::pair("to_q", "query"), std::pair("to_k", "key"), std::pair("to_v", "value"),
              std::pair("to_out.0", "proj_attn")}) {
          auto weight = weights.extract(start + modern + ".weight");
          weights[start + old + ".weight"] = weight.mapped().unsqueeze(2).unsqueeze(3);
          auto bias = weights.extract(start + modern + ".bias");
          weights[start + old + ".bias"] = bias.mapped();
        }
      }
    }
    write_unet();
    write_component(source_ / "vae", weights, to_json(small_vae_config()));
    options_.link = link;
    import_pack(options_);
    const ModelPack pack = ModelPack::open(options_.out);
    check_unet_vae(pack);
    QCOMPARE(pack.network("unet").config.at("latent_space").get<std::string>(), modern_space);
    QCOMPARE(pack.network("vae").weights->contains("encoder.mid_block.attentions.0.to_q.weight"),
             !(older && link));
    const SafetensorsFile fixture(kData + "vae_small.safetensors");
    const at::NoGradGuard no_grad;
    const auto vae = load_vae(pack);
    QVERIFY(relative_difference(vae->encode(to_tensor(fixture.at("img"))).mean,
                                to_tensor(fixture.at("mean"))) < 1e-4);
    QVERIFY(relative_difference(vae->decode(to_tensor(fixture.at("mean"))),
                                to_tensor(fixture.at("dec"))) < 1e-4);
  }

  // The order of the input's channels is that of the published implementation.
  void brushnet_answers_as_published() {
    write_component(root_ / "brushnet", weights_of("brushnet_small.safetensors"),
                    small_brushnet_json());
    options_.diffusers.clear();
    options_.brushnet = root_ / "brushnet";
    import_pack(options_);
    const SafetensorsFile fixture(kData + "brushnet_small.safetensors");
    const at::NoGradGuard no_grad;
    const auto branch = load_brushnet(ModelPack::open(options_.out));
    const std::vector<Tensor> outputs =
        branch->outputs(branch->features(to_tensor(fixture.at("x")), to_tensor(fixture.at("cond")),
                                         to_tensor(fixture.at("t"))),
                        0.7);
    const std::vector<FeatureSite> sites = feature_sites(branch->config().sizes);
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const std::string name = sites[i].name();
      QVERIFY2(relative_difference(outputs[i], to_tensor(fixture.at(name))) < 1e-4, name.c_str());
    }
  }

  void a_text_encoder_comes_with_its_tokenizer() {
    const nlohmann::json config = {{"hidden_size", 24},        {"intermediate_size", 48},
                                   {"num_hidden_layers", 2},   {"vocab_size", 50},
                                   {"num_attention_heads", 4}, {"max_position_embeddings", 7}};
    TensorMap weights;
    const Parameters names = names_of<ClipTextEncoder>(clip_text_config(config));
    for (const auto& [name, tensor] : names.named()) {
      weights[name.substr(std::string("text_model.").size())] = at::ones(tensor.sizes());  // newer
    }
    weights["embeddings.position_ids"] = at::arange(7).unsqueeze(0);
    write_unet();
    write_component(source_ / "text_encoder", weights, config, at::kHalf, "model");
    const auto warnings = import_pack(options_);
    QVERIFY(warnings.size() == 1 && warnings[0].find("tokenizer") != std::string::npos);
    fs::create_directories(source_ / "tokenizer");
    write_text_file(source_ / "tokenizer/vocab.json", R"({"a": 0, "b</w>": 49})");
    write_text_file(source_ / "tokenizer/merges.txt", "#version: 0.2\na b</w>\n");
    options_.replace = true;
    QVERIFY(import_pack(options_).empty());
    const ModelPack pack = ModelPack::open(options_.out);
    const auto& weights_kept = *pack.network("text_encoder").weights;
    QVERIFY(weights_kept.contains("text_model.final_layer_norm.bias"));
    QVERIFY(!weights_kept.contains("text_model.embeddings.position_ids"));
    const nlohmann::json tokenizer = pack.document().at("tokenizer");
    QCOMPARE(read_text_file(options_.out / tokenizer.at("merges").get<std::string>()),
             std::string("#version: 0.2\na b</w>\n"));
    // Its files are held against their hashes as well.
    write_text_file(options_.out / "tokenizer/vocab.json", R"({"a": 1})");
    QVERIFY(says(error_of([&] { ModelPack::open(options_.out); }), "vocab.json"));
    write_text_file(source_ / "tokenizer/vocab.json", R"({"a": 0, "c": 50})");
    QVERIFY2(says(import_error(), "50"), import_error().what());
  }

  void what_does_not_fit_is_named_and_nothing_is_written_data() {
    QTest::addColumn<int>("damage");
    QTest::addColumn<QStringList>("words");
    QTest::newRow("missing") << 0 << QStringList{"1 missing", "conv_in.bias", "[32]"};
    QTest::newRow("surplus") << 1 << QStringList{"1 not expected", "other.weight", "[3, 2]"};
    QTest::newRow("misshapen") << 2
                               << QStringList{"1 of another shape", "conv_in.bias", "[31]", "[32]",
                                              "diffusion_pytorch_model.safetensors"};
    QTest::newRow("integers") << 3 << QStringList{"conv_in.bias", "I64"};
    QTest::newRow("another class") << 4 << QStringList{"SomeOther", "UNet2DConditionModel"};
    QTest::newRow("another size") << 5 << QStringList{"of another shape", "..."};
  }

  void what_does_not_fit_is_named_and_nothing_is_written() {
    QFETCH(const int, damage);
    QFETCH(const QStringList, words);
    TensorMap weights = weights_of("unet_small.safetensors");
    nlohmann::json config = small_unet_json();
    if (damage == 0) weights.erase("conv_in.bias");
    if (damage == 1) weights["other.weight"] = at::zeros({3, 2});
    if (damage == 2) weights["conv_in.bias"] = at::zeros({31});
    if (damage == 3) weights["conv_in.bias"] = at::zeros({32}, at::kLong);
    if (damage == 4) config["_class_name"] = "SomeOther";
    if (damage == 5) config["block_out_channels"] = {32, 64, 64, 128};
    write_component(source_ / "unet", weights, config);
    const Error error = import_error();
    for (const QString& word : words) QVERIFY2(says(error, word.toStdString()), error.what());
    QVERIFY(error.message().size() < 2000);
    QVERIFY(left_nothing());
  }

  void split_weights_are_held_against_their_index() {
    const TensorMap weights = weights_of("unet_small.safetensors");
    const fs::path unet = source_ / "unet";
    const fs::path index = unet / "diffusion_pytorch_model.safetensors.index.json";
    const auto damaged = [&](const std::function<void(nlohmann::json & map)>& damage) {
      write_shards(unet, weights, small_unet_json(), 2);
      nlohmann::json document = nlohmann::json::parse(read_text_file(index));
      damage(document["weight_map"]);
      write_text_file(index, document.dump());
      const Error error = import_error();
      if (!left_nothing()) qFatal("something was left");
      return error;
    };
    const std::string second = "diffusion_pytorch_model-00002-of-00002.safetensors";
    QVERIFY(says(damaged([](auto& map) { map["none.weight"] = map["conv_in.bias"]; }),
                 "promises the tensor \"none.weight\""));
    QVERIFY(says(damaged([](auto& map) { map.erase("conv_in.bias"); }),
                 "does not name the tensor \"conv_in.bias\""));
    QVERIFY(says(damaged([&](auto& map) { map["conv_in.bias"] = second; }), "conv_in.bias"));
    for (const char* outside : {"../x.safetensors", "/etc/passwd", "..", "a\\b", ""}) {
      const Error error = damaged([&](auto& map) { map["conv_in.bias"] = outside; });
      QVERIFY2(says(error, "the name of a file beside it"), error.what());
    }
    QVERIFY(says(damaged([&](auto&) { fs::remove(unet / second); }), second));
    QVERIFY(says(damaged([](auto& map) { map = "all"; }), "weight_map"));
    write_text_file(index, std::string(1000, '['));
    QCOMPARE(import_error().code(), ErrorCode::kCorrupt);
  }

  void pickles_are_refused_with_the_way_to_convert_them() {
    fs::create_directories(source_ / "unet");
    write_text_file(source_ / "unet/config.json", small_unet_json().dump());
    write_text_file(source_ / "unet/diffusion_pytorch_model.bin", "anything");
    QCOMPARE(import_error().code(), ErrorCode::kBadInput);
    QVERIFY(says(import_error(), "safetensors.torch"));
    fs::rename(source_ / "unet/diffusion_pytorch_model.bin",
               source_ / "unet/diffusion_pytorch_model.safetensors");
    write_text_file(source_ / "unet/diffusion_pytorch_model.safetensors",
                    std::string("PK\x03\x04", 4) + "rest");
    QCOMPARE(import_error().code(), ErrorCode::kBadInput);
    QVERIFY(left_nothing());
  }

  void variants_are_chosen() {
    const TensorMap weights = weights_of("unet_small.safetensors");
    write_component(source_ / "unet", weights, small_unet_json(), at::kHalf,
                    "diffusion_pytorch_model.fp16");
    import_pack(options_);  // the only one
    const auto dtype = [&] {
      return ModelPack::open(options_.out).network("unet").weights->at("conv_in.bias").dtype;
    };
    QVERIFY(dtype() == DType::kF16);
    options_.replace = true;
    write_component(source_ / "unet", weights, small_unet_json());
    import_pack(options_);
    QVERIFY(dtype() == DType::kF32);
    options_.variant = "fp16";
    import_pack(options_);
    QVERIFY(dtype() == DType::kF16);
    options_.variant = "bf16";
    QCOMPARE(import_error().code(), ErrorCode::kNotFound);
    QVERIFY(dtype() == DType::kF16);
  }

  void networks_that_do_not_go_together_are_refused() {
    write_unet();
    write_component(root_ / "brushnet", weights_of("brushnet_small.safetensors"),
                    small_brushnet_json());
    TensorMap weights = weights_of("vae_small.safetensors");
    AutoencoderConfig config = small_vae_config();
    config.latent_channels = 8;
    const Parameters fresh = [&] {
      Parameters made = Parameters::random(1);
      AutoencoderKL(made, config);
      return made;
    }();
    weights.clear();
    for (const auto& [name, tensor] : fresh.named()) weights[name] = tensor;
    write_component(source_ / "vae", weights, to_json(config));
    QVERIFY2(says(import_error(), "latents of 8 channels"), import_error().what());
    fs::remove_all(source_ / "vae");
    options_.brushnet = root_ / "brushnet";
    nlohmann::json other = small_brushnet_json();
    other["brushnet_conditioning_channel_order"] = "bgr";
    write_text_file(root_ / "brushnet/config.json", other.dump());
    QCOMPARE(import_error().code(), ErrorCode::kUnsupported);
    QVERIFY(left_nothing());
  }

  void a_lora_changes_the_unet_and_leaves_its_file() {
    write_unet();
    const std::string layer = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q";
    const TensorMap base = weights_of("unet_small.safetensors");
    const Tensor down = closed_form_weight("down", {4, 32});
    const Tensor up = closed_form_weight("up", {32, 4});
    save_tensors(root_ / "style.safetensors",
                 {{"unet." + layer + ".lora_A.weight", down},
                  {"unet." + layer + ".lora_B.weight", up},
                  {"text_encoder.text_model.encoder.layers.0.lora_A.weight", down}});
    options_.link = true;
    options_.loras = {{root_ / "style.safetensors", 0.5}};
    const auto warnings = import_pack(options_);
    QVERIFY(warnings.size() == 1 && warnings[0].find("text encoder") != std::string::npos);
    const ModelPack pack = ModelPack::open(options_.out);
    QCOMPARE(pack.document().at("schema").get<int>(), 2);
    QCOMPARE(pack.network("unet").loras.at(0).scale, 0.5);
    QCOMPARE(pack.network("unet").sha256,
             sha256_file(source_ / "unet/diffusion_pytorch_model.safetensors"));
    TensorMap changed = base;
    changed[layer + ".weight"] = base.at(layer + ".weight") + 0.5 * at::mm(up, down);
    const SafetensorsFile fixture(kData + "unet_small.safetensors");
    const at::NoGradGuard no_grad;
    const auto answer = [&](const UNet2DConditionModel& unet) {
      return unet(to_tensor(fixture.at("x")), to_tensor(fixture.at("t")),
                  to_tensor(fixture.at("ehs")));
    };
    const Tensor expected = answer(*load_unet(changed, small_unet_config()));
    QVERIFY(relative_difference(answer(*load_unet(pack)), expected) < 1e-5);
    QVERIFY(unet_error() > 1e-3);
    options_.replace = true;
    options_.loras[0].scale = 0;
    import_pack(options_);
    QVERIFY(unet_error() < 1e-4);
    options_.diffusers.clear();
    options_.brushnet = root_ / "nothing";
    QVERIFY(import_error().code() != ErrorCode::kInternal);
  }

  void a_place_that_is_taken_is_kept() {
    write_unet();
    fs::create_directories(options_.out);  // empty: free
    import_pack(options_);
    const std::string before = read_text_file(options_.out / "pack.json");
    QCOMPARE(import_error().code(), ErrorCode::kBadUsage);
    QVERIFY(says(import_error(), "--replace"));
    // The old one stands until the new one is whole.
    options_.replace = true;
    options_.name = "second";
    options_.diffusers = source_ / "nothing";
    QCOMPARE(import_error().code(), ErrorCode::kNotFound);
    QCOMPARE(read_text_file(options_.out / "pack.json"), before);
    options_.diffusers = source_;
    import_pack(options_);
    QCOMPARE(ModelPack::open(options_.out).name(), std::string("second"));
    QCOMPARE(listing(options_.out.parent_path()).size(), std::size_t{3});
    // Sources within the pack would go with it.
    fs::rename(source_, options_.out / "model");
    options_.diffusers = options_.out / "model";
    QVERIFY2(says(import_error(), "lies in the pack"), import_error().what());
    QVERIFY(fs::exists(options_.out / "model/unet/config.json"));
    options_.out = root_ / "brushes";
    fs::create_directories(options_.out);
    write_text_file(options_.out / "mine.txt", "precious");
    QVERIFY(says(import_error(), "no model pack"));
    QCOMPARE(read_text_file(options_.out / "mine.txt"), std::string("precious"));
  }

  void an_interruption_leaves_nothing() {
    write_unet();
    int points = 0;
    const auto run = [&](int last) {
      points = 0;
      const Interruptible scope([&] { return ++points > last; });
      import_pack(options_);
    };
    for (const int last : {0, 1, 40}) {
      QVERIFY_THROWS_EXCEPTION(Interrupted, run(last));
      QVERIFY(left_nothing());
    }
    run(1 << 20);
    QVERIFY(points > 40);
    QVERIFY(unet_error() < 1e-4);
  }

  void a_link_whose_file_is_gone_is_named() {
    write_unet();
    options_.link = true;
    import_pack(options_);
    fs::remove(source_ / "unet/diffusion_pytorch_model.safetensors");
    const Error error = error_of([&] { ModelPack::open(options_.out); });
    QCOMPARE(error.code(), ErrorCode::kNotFound);
    QVERIFY2(says(error, (source_ / "unet/diffusion_pytorch_model.safetensors").string()),
             error.what());
  }
};

QTEST_GUILESS_MAIN(ImportPackTest)
#include "import_pack_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/clip/clip_text_encoder.h"
#include "core/clip/clip_vision_encoder.h"
#include "tests/clip/small_clip.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <QtTest>

#include <map>
#include <string>
#include <vector>

using namespace portrait;

class ConfigTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_published_sizes_have_the_published_tensors() {
    Parameters text = Parameters::listed();
    const ClipTextEncoder text_encoder(text, clip_l14_text());
    QCOMPARE(text.named().size(), std::size_t{196});
    QCOMPARE(text.count(), std::int64_t{123060480});
    std::map<std::string, std::vector<std::int64_t>> expected = {
        {"text_model.embeddings.token_embedding.weight", {49408, 768}},
        {"text_model.embeddings.position_embedding.weight", {77, 768}},
        {"text_model.final_layer_norm.weight", {768}},
        {"text_model.final_layer_norm.bias", {768}}};
    for (int i = 0; i < 12; ++i) {
      const std::string layer = fmt::format("text_model.encoder.layers.{}.", i);
      const auto add = [&](const std::string& name, std::int64_t in, std::int64_t out) {
        expected[layer + name + ".bias"] = {out};
        expected[layer + name + ".weight"] =
            in > 0 ? std::vector<std::int64_t>{out, in} : std::vector<std::int64_t>{out};
      };
      for (const char* name : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
        add(std::string("self_attn.") + name, 768, 768);
      }
      add("layer_norm1", 0, 768);
      add("layer_norm2", 0, 768);
      add("mlp.fc1", 768, 3072);
      add("mlp.fc2", 3072, 768);
    }
    for (const auto& [name, tensor] : text.named()) {
      QVERIFY2(expected.count(name) == 1 && tensor.sizes().vec() == expected[name], name.c_str());
    }
    const auto vision = [](const ClipVisionConfig& config) {
      Parameters names = Parameters::listed();
      const ClipVisionEncoder encoder(names, config);
      return std::pair{names.named().size(), names.count()};
    };
    QCOMPARE(vision(clip_l14_vision()), (std::pair{std::size_t{392}, std::int64_t{303966208}}));
    QCOMPARE(vision({}), (std::pair{std::size_t{200}, std::int64_t{87849216}}));  // ViT-B/32
    ClipVisionConfig b16;
    b16.patch_size = 16;
    QCOMPARE(vision(b16), (std::pair{std::size_t{200}, std::int64_t{86192640}}));
    QCOMPARE(clip_l14_vision().tokens(), 257);
  }

  void configurations_are_read_as_published() {
    const auto published = nlohmann::json::parse(R"({
      "_name_or_path": "openai/clip-vit-large-patch14", "architectures": ["CLIPTextModel"],
      "attention_dropout": 0.0, "bos_token_id": 0, "dropout": 0.0, "eos_token_id": 2,
      "hidden_act": "quick_gelu", "hidden_size": 768, "initializer_factor": 1.0,
      "intermediate_size": 3072, "layer_norm_eps": 1e-05, "max_position_embeddings": 77,
      "model_type": "clip_text_model", "num_attention_heads": 12, "num_hidden_layers": 12,
      "pad_token_id": 1, "projection_dim": 768, "torch_dtype": "float32", "vocab_size": 49408})");
    QVERIFY(to_json(clip_text_config(published)) == to_json(clip_l14_text()));
    QCOMPARE(clip_text_config(published).projection_dim, 0);
    nlohmann::json vision = to_json(clip_l14_vision());
    vision.erase("projection_dim");
    const nlohmann::json whole = {
        {"text_config", published}, {"vision_config", vision}, {"projection_dim", 768}};
    QVERIFY(to_json(clip_text_config(whole)) == to_json(clip_l14_text()));
    QVERIFY(to_json(clip_vision_config(whole)) == to_json(clip_l14_vision()));
    QVERIFY(to_json(clip_vision_config(to_json(small_vision_config()))) ==
            to_json(small_vision_config()));
    for (const auto& [key, value] :
         std::vector<std::pair<std::string, nlohmann::json>>{{"hidden_size", 770},
                                                             {"num_attention_heads", 0},
                                                             {"layer_norm_eps", 0},
                                                             {"hidden_act", "relu"},
                                                             {"hidden_act", 3},
                                                             {"intermediate_size", "wide"},
                                                             {"vocab_size", 0},
                                                             {"max_position_embeddings", -1},
                                                             {"num_hidden_layers", 0},
                                                             {"num_hidden_layers", 1001}}) {
      nlohmann::json broken = published;
      broken[key] = value;
      QVERIFY_EXCEPTION_THROWN(clip_text_config(broken), Error);
    }
    for (const auto& [key, value] : std::map<std::string, nlohmann::json>{
             {"patch_size", 15}, {"image_size", 0}, {"projection_dim", 0}}) {
      nlohmann::json broken = to_json(clip_l14_vision());
      broken[key] = value;
      QVERIFY_EXCEPTION_THROWN(clip_vision_config(broken), Error);
    }
    QVERIFY_EXCEPTION_THROWN(clip_text_config(nlohmann::json::array()), Error);
  }
};

QTEST_GUILESS_MAIN(ConfigTest)
#include "config_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/clip/clip_names.h"
#include "core/clip/clip_text_encoder.h"
#include "core/clip/clip_vision_encoder.h"
#include "core/nn/model_pack.h"
#include "tests/clip/small_clip.h"
#include "tests/support/small_pack.h"

#include <fmt/format.h>

#include <QTemporaryDir>
#include <QtTest>

#include <map>
#include <numbers>

using namespace portrait;

namespace {

template <class Load>
std::string refusal_of(const Load& load) {
  try {
    load();
  } catch (const Error& error) {
    return error.code() == ErrorCode::kCorrupt ? error.what() : "another code";
  }
  return "none";
}

std::string text_refusal(const TensorMap& tensors) {
  return refusal_of([&] { load_text_encoder(tensors, small_text_config()); });
}

std::string vision_refusal(const TensorMap& tensors) {
  return refusal_of([&] { load_clip_vision(tensors, small_vision_config()); });
}

// The fixture's model as openai/CLIP names and lays out its tensors.
TensorMap openai_tensors(const TensorMap& hf) {
  TensorMap out;
  out["logit_scale"] = hf.at("logit_scale");
  out["text_projection"] = hf.at("text_projection.weight").t().contiguous();
  out["visual.proj"] = hf.at("visual_projection.weight").t().contiguous();
  out["token_embedding.weight"] = hf.at("text_model.embeddings.token_embedding.weight");
  out["positional_embedding"] = hf.at("text_model.embeddings.position_embedding.weight");
  const std::string vision = "vision_model.";
  out["visual.class_embedding"] = hf.at(vision + "embeddings.class_embedding");
  out["visual.positional_embedding"] = hf.at(vision + "embeddings.position_embedding.weight");
  out["visual.conv1.weight"] = hf.at(vision + "embeddings.patch_embedding.weight");
  for (const char* kind : {"weight", "bias"}) {
    const std::string end = fmt::format(".{}", kind);
    out["ln_final" + end] = hf.at("text_model.final_layer_norm" + end);
    out["visual.ln_pre" + end] = hf.at(vision + "pre_layrnorm" + end);
    out["visual.ln_post" + end] = hf.at(vision + "post_layernorm" + end);
    for (const auto& [from, to] :
         std::map<std::string, std::string>{{"text_model.", ""}, {vision, "visual."}}) {
      for (int i = 0; i < 2; ++i) {
        const std::string old = fmt::format("{}encoder.layers.{}.", from, i);
        const std::string own = fmt::format("{}transformer.resblocks.{}.", to, i);
        out[own + "attn.in_proj_" + kind] =
            at::cat({hf.at(old + "self_attn.q_proj" + end), hf.at(old + "self_attn.k_proj" + end),
                     hf.at(old + "self_attn.v_proj" + end)});
        out[own + "attn.out_proj" + end] = hf.at(old + "self_attn.out_proj" + end);
        out[own + "ln_1" + end] = hf.at(old + "layer_norm1" + end);
        out[own + "ln_2" + end] = hf.at(old + "layer_norm2" + end);
        out[own + "mlp.c_fc" + end] = hf.at(old + "mlp.fc1" + end);
        out[own + "mlp.c_proj" + end] = hf.at(old + "mlp.fc2" + end);
      }
    }
  }
  return out;
}

// The tensors of one tower with its prefix taken away, and its projection.
TensorMap without_prefix(const TensorMap& tensors, const std::string& prefix,
                         const std::string& projection) {
  TensorMap out = {{projection, tensors.at(projection)}};
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with(prefix)) out[name.substr(prefix.size())] = tensor;
  }
  return out;
}

Tensor slow_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  const Tensor mean = x.mean(-1, true);
  const Tensor variance = (x - mean).square().mean(-1, true);
  return (x - mean) / (variance + eps).sqrt() * weight + bias;
}

}  // namespace

class EncodersTest : public QObject {
  Q_OBJECT

  const SafetensorsFile file_{kSmallClip};
  const TensorMap weights_ = small_clip_weights(file_);
  const Tensor ids_ = to_tensor(file_.at("ids"));
  const Tensor pixels_ = to_tensor(file_.at("img"));
  const Tensor embedding_ = to_tensor(file_.at("img_emb"));

  void require_text(const TensorMap& tensors) {
    const ClipTextOutput out = (*load_text_encoder(tensors, small_text_config()))(ids_);
    const double hidden = relative_difference(out.last_hidden, to_tensor(file_.at("last_hidden")));
    const double pooled = relative_difference(out.pooled, to_tensor(file_.at("txt_emb")));
    qInfo("relative differences: %.2g, pooled %.2g", hidden, pooled);
    QVERIFY(hidden < 1e-4);
    QVERIFY(pooled < 1e-4);
  }
  void require_vision(const TensorMap& tensors) {
    const Tensor found = (*load_clip_vision(tensors, small_vision_config()))(pixels_);
    QCOMPARE(found.sizes(), embedding_.sizes());
    const double difference = relative_difference(found, embedding_);
    qInfo("relative difference: %.2g", difference);
    QVERIFY(difference < 1e-4);
  }

 private Q_SLOTS:
  // The fixture holds a whole CLIPModel, so each tower leaves the other out.
  void the_fixture_is_met() {
    require_text(weights_);
    require_vision(weights_);
  }

  void every_published_naming_is_taken() {
    TensorMap text = without_prefix(weights_, "text_model.", "text_projection.weight");
    text["embeddings.position_ids"] = at::arange(77).unsqueeze(0);
    require_text(text);
    TensorMap vision = without_prefix(weights_, "vision_model.", "visual_projection.weight");
    vision["embeddings.position_ids"] = at::arange(17).unsqueeze(0);
    require_vision(vision);
    TensorMap openai = openai_tensors(weights_);
    for (const char* name : {"input_resolution", "context_length", "vocab_size"}) {
      openai[name] = at::tensor(1);
    }
    QCOMPARE(clip_text_names(openai).size(), std::size_t{2 + 2 * 16 + 2 + 1});
    QCOMPARE(clip_vision_names(openai).size(), std::size_t{3 + 2 + 2 * 16 + 2 + 1});
    require_text(openai);
    require_vision(openai);
  }

  void without_a_projection_the_end_s_state_is_pooled() {
    TensorMap plain = weights_;
    plain.erase("text_projection.weight");
    const ClipTextOutput out = (*load_text_encoder(plain, small_text_config()))(ids_);
    const auto end = ids_[0].argmax().item<std::int64_t>();
    QVERIFY(at::equal(out.pooled[0], out.last_hidden[0][end]));
    // The first of several ends, as prompts are padded with more.
    const Tensor padded = at::tensor({98, 4, 99, 99, 99}).unsqueeze(0);
    const ClipTextOutput some = (*load_text_encoder(plain, small_text_config()))(padded);
    QVERIFY(at::equal(some.pooled[0], some.last_hidden[0][2]));
  }

  void a_token_sees_what_is_before_it() {
    const auto encoder = load_text_encoder(weights_, small_text_config());
    const Tensor ids = at::tensor({98, 4, 7, 9, 99}).unsqueeze(0);
    Tensor other = ids.clone();
    other[0][3] = 50;
    const Tensor a = (*encoder)(ids).last_hidden[0];
    const Tensor b = (*encoder)(other).last_hidden[0];
    QVERIFY(at::equal(a.slice(0, 0, 3), b.slice(0, 0, 3)));
    QVERIFY((a[3] - b[3]).abs().max().item<double>() > 1e-3);
    QVERIFY((a[4] - b[4]).abs().max().item<double>() > 1e-3);
    // Texts of a batch are on their own, and shorter ones are the beginning of longer ones.
    const Tensor both = (*encoder)(at::cat({ids, other})).last_hidden;
    QVERIFY(relative_difference(both[1], b) < 1e-5);
    QVERIFY(relative_difference((*encoder)(ids.to(at::kInt).slice(1, 0, 2)).last_hidden[0],
                                a.slice(0, 0, 2)) < 1e-5);
  }

  // One layer whose attention adds nothing, by the formulas in double precision.
  void activation_and_eps_are_those_of_the_configuration() {
    ClipTextConfig config;
    config.sizes = {8, 12, 1, 2, false, 0.3};
    config.vocab_size = 10;
    config.max_position_embeddings = 4;
    Parameters drawn = Parameters::random(3);
    const ClipTextEncoder made(drawn, config);
    TensorMap tensors;
    for (const auto& [name, tensor] : drawn.named()) {
      const Tensor wave =
          (at::arange(tensor.numel(), at::kFloat) * 0.61 + 1).sin().view(tensor.sizes());
      tensors[name] = name.find("out_proj") != name.npos ? at::zeros_like(tensor) : wave;
    }
    const Tensor ids = at::tensor({1, 7, 3}).unsqueeze(0);
    const std::string layer = "text_model.encoder.layers.0.";
    const auto get = [&](const std::string& name) { return tensors.at(name).to(at::kDouble); };
    const auto norm = [&](const Tensor& x, const std::string& name) {
      return slow_norm(x, get(name + ".weight"), get(name + ".bias"), 0.3);
    };
    const auto linear = [&](const Tensor& x, const std::string& name) {
      return at::matmul(x, get(name + ".weight").t()) + get(name + ".bias");
    };
    const Tensor x = get("text_model.embeddings.token_embedding.weight").index_select(0, ids[0]) +
                     get("text_model.embeddings.position_embedding.weight").slice(0, 0, 3);
    const Tensor inner = linear(norm(x, layer + "layer_norm2"), layer + "mlp.fc1");
    const Tensor gelu = inner * 0.5 * (1 + (inner / std::numbers::sqrt2).erf());
    const Tensor quick = inner / (1 + (-1.702 * inner).exp());
    for (const auto& [act, activated] : {std::pair{false, gelu}, {true, quick}}) {
      config.sizes.quick_gelu = act;
      const Tensor expected =
          norm(x + linear(activated, layer + "mlp.fc2"), "text_model.final_layer_norm");
      const Tensor found = (*load_text_encoder(tensors, config))(ids).last_hidden[0];
      QVERIFY(relative_difference(found, expected) < 1e-5);
    }
    QVERIFY(relative_difference(gelu, quick) > 1e-3);
  }

  void a_file_that_does_not_fit_is_refused_by_name() {
    const std::string text = "text_model.encoder.layers.1.mlp.fc2.bias";
    const std::string vision = "vision_model.pre_layrnorm.weight";
    const auto named = [](const std::string& message, const std::string& name) {
      return message.find('"' + name + '"') != std::string::npos;
    };
    TensorMap broken = weights_;
    broken.erase(text);
    QVERIFY(named(text_refusal(broken), text));
    QCOMPARE(vision_refusal(broken), std::string("none"));
    broken[text] = at::zeros({65});
    QVERIFY(named(text_refusal(broken), text));
    broken = weights_;
    broken.erase(vision);
    QVERIFY(named(vision_refusal(broken), vision));
    QCOMPARE(text_refusal(broken), std::string("none"));
    broken = weights_;
    broken["text_model.encoder.layers.2.layer_norm1.weight"] = at::zeros({64});
    broken["decoder.weight"] = at::zeros({1});
    QVERIFY(named(text_refusal(broken), "decoder.weight"));
    broken.erase("decoder.weight");
    QVERIFY(named(text_refusal(broken), "text_model.encoder.layers.2.layer_norm1.weight"));
    QCOMPARE(vision_refusal(broken), std::string("none"));
  }

  void what_does_not_fit_is_refused() {
    const auto text = load_text_encoder(weights_, small_text_config());
    const auto vision = load_clip_vision(weights_, small_vision_config());
    (*text)(at::tensor({0, 99}).unsqueeze(0));
    QVERIFY_EXCEPTION_THROWN((*text)(at::tensor({0, 100}).unsqueeze(0)), Error);
    QVERIFY_EXCEPTION_THROWN((*text)(at::tensor({0, -1}).unsqueeze(0)), Error);
    QVERIFY_EXCEPTION_THROWN((*text)(at::tensor({0, 1})), Error);
    QVERIFY_EXCEPTION_THROWN((*text)(at::zeros({1, 78}, at::kLong)), Error);
    QVERIFY_EXCEPTION_THROWN((*text)(at::zeros({1, 2})), Error);
    QVERIFY_EXCEPTION_THROWN((*vision)(at::zeros({1, 3, 32, 31})), Error);
    QVERIFY_EXCEPTION_THROWN((*vision)(at::zeros({1, 1, 32, 32})), Error);
  }

  void a_pack_gives_its_networks() {
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    add_small_network(path, "text_encoder", weights_, to_json(small_text_config()));
    add_small_network(path, "clip_vision", weights_, to_json(small_vision_config()));
    const ModelPack pack = ModelPack::open(path);
    QVERIFY(relative_difference((*load_text_encoder(pack))(ids_).last_hidden,
                                to_tensor(file_.at("last_hidden"))) < 1e-4);
    QVERIFY(relative_difference((*load_clip_vision(pack))(pixels_), embedding_) < 1e-4);
  }
};

QTEST_GUILESS_MAIN(EncodersTest)
#include "encoders_test.moc"

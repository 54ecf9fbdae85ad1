// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/importing/text_encoder_shapes.h"

#include "core/nn/config_reader.h"

namespace portrait {
namespace {

constexpr const char* kPrefix = "text_model.";
constexpr int kMostTokens = 1 << 20;

// Weight and bias.
void add(ShapeMap& shapes, const std::string& layer, const std::vector<std::int64_t>& weight) {
  shapes[layer + ".weight"] = weight;
  shapes[layer + ".bias"] = {weight.front()};
}

}  // namespace

ShapeMap text_encoder_shapes(const nlohmann::json& config) {
  const ConfigReader reader(config, "text encoder");
  int width = 768, inner = 3072, layers = 12, tokens = 49408, places = 77;
  reader.read_count("hidden_size", width);
  reader.read_count("intermediate_size", inner);
  reader.read_count("num_hidden_layers", layers);
  reader.require(layers <= 1000, "num_hidden_layers");
  reader.read_count("max_position_embeddings", places);
  reader.read("vocab_size", tokens);
  reader.require(tokens > 0 && tokens <= kMostTokens, "vocab_size");

  const std::string start = kPrefix;
  ShapeMap shapes;
  shapes[start + "embeddings.token_embedding.weight"] = {tokens, width};
  shapes[start + "embeddings.position_embedding.weight"] = {places, width};
  for (int i = 0; i < layers; ++i) {
    const std::string layer = start + "encoder.layers." + std::to_string(i) + ".";
    for (const char* part : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      add(shapes, layer + "self_attn." + part, {width, width});
    }
    add(shapes, layer + "layer_norm1", {width});
    add(shapes, layer + "layer_norm2", {width});
    add(shapes, layer + "mlp.fc1", {inner, width});
    add(shapes, layer + "mlp.fc2", {width, inner});
  }
  add(shapes, start + "final_layer_norm", {width});
  return shapes;
}

std::string text_encoder_name(const std::string& name) {
  return name.starts_with(kPrefix) ? name : kPrefix + name;
}

}  // namespace portrait

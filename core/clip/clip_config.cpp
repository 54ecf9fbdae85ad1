// SPDX-License-Identifier: Apache-2.0
#include "core/clip/clip_config.h"

#include "core/nn/config_reader.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

namespace portrait {
namespace {

using Json = nlohmann::json;

constexpr int kMostTokens = 1 << 24;
constexpr int kMostLayers = 1000;

ClipTowerSizes read_sizes(const ConfigReader& reader, ClipTowerSizes sizes) {
  reader.read_count("hidden_size", sizes.hidden_size);
  reader.read_count("intermediate_size", sizes.intermediate_size);
  reader.read_count("num_hidden_layers", sizes.num_hidden_layers);
  reader.require(sizes.num_hidden_layers <= kMostLayers, "num_hidden_layers");
  reader.read_count("num_attention_heads", sizes.num_attention_heads);
  reader.require(sizes.hidden_size % sizes.num_attention_heads == 0, "num_attention_heads");
  reader.read("layer_norm_eps", sizes.layer_norm_eps);
  reader.require(std::isfinite(sizes.layer_norm_eps) && sizes.layer_norm_eps > 0, "layer_norm_eps");
  std::string activation = "quick_gelu";
  reader.read("hidden_act", activation);
  sizes.quick_gelu = activation != "gelu";
  if (sizes.quick_gelu) reader.require_only("hidden_act", "quick_gelu");
  return sizes;
}

Json json_of(const ClipTowerSizes& sizes) {
  return {{"hidden_size", sizes.hidden_size},
          {"intermediate_size", sizes.intermediate_size},
          {"num_hidden_layers", sizes.num_hidden_layers},
          {"num_attention_heads", sizes.num_attention_heads},
          {"hidden_act", sizes.quick_gelu ? "quick_gelu" : "gelu"},
          {"layer_norm_eps", sizes.layer_norm_eps}};
}

// A tower's part of a whole model's configuration.
const Json& part_of(const Json& json, const char* part) {
  return json.is_object() && json.contains(part) ? json.at(part) : json;
}

}  // namespace

ClipTextConfig clip_l14_text() {
  ClipTextConfig config;
  config.sizes = {768, 3072, 12, 12, true, 1e-5};
  return config;
}

ClipVisionConfig clip_l14_vision() {
  ClipVisionConfig config;
  config.sizes = {1024, 4096, 24, 16, true, 1e-5};
  config.patch_size = 14;
  config.projection_dim = 768;
  return config;
}

Json to_json(const ClipTextConfig& config) {
  Json json = json_of(config.sizes);
  json["vocab_size"] = config.vocab_size;
  json["max_position_embeddings"] = config.max_position_embeddings;
  return json;
}

Json to_json(const ClipVisionConfig& config) {
  Json json = json_of(config.sizes);
  json["image_size"] = config.image_size;
  json["patch_size"] = config.patch_size;
  json["projection_dim"] = config.projection_dim;
  return json;
}

ClipTextConfig clip_text_config(const Json& json) {
  const ConfigReader reader(part_of(json, "text_config"), "text encoder");
  ClipTextConfig config;
  config.sizes = read_sizes(reader, config.sizes);
  reader.read("vocab_size", config.vocab_size);
  reader.require(config.vocab_size > 0 && config.vocab_size <= kMostTokens, "vocab_size");
  reader.read_count("max_position_embeddings", config.max_position_embeddings);
  return config;
}

ClipVisionConfig clip_vision_config(const Json& json) {
  const ConfigReader reader(part_of(json, "vision_config"), "CLIP vision encoder");
  ClipVisionConfig config;
  config.sizes = read_sizes(reader, config.sizes);
  reader.read_count("image_size", config.image_size);
  reader.read_count("patch_size", config.patch_size);
  reader.require(config.image_size % config.patch_size == 0, "patch_size");
  reader.read_count("projection_dim", config.projection_dim);
  // A whole model's goes before its tower's.
  ConfigReader(json, "CLIP model").read_count("projection_dim", config.projection_dim);
  return config;
}

}  // namespace portrait

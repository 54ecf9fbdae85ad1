// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/unet_config.h"

#include "core/nn/config_reader.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

namespace portrait {
namespace {

using Json = nlohmann::json;

constexpr const char* kPlainDown = "DownBlock2D";
constexpr const char* kPlainUp = "UpBlock2D";
constexpr const char* kPlainMiddle = "MidBlock2D";
constexpr const char* kCrossDown = "CrossAttnDownBlock2D";
constexpr const char* kCrossUp = "CrossAttnUpBlock2D";
constexpr const char* kCrossMiddle = "UNetMidBlock2DCrossAttn";

UNetSizes read_sizes(const ConfigReader& reader) {
  UNetSizes s;
  reader.read_count("layers_per_block", s.layers_per_block);
  reader.read_count("norm_num_groups", s.norm_num_groups);
  reader.read_widths("block_out_channels", s.block_out_channels, s.norm_num_groups);
  reader.require(s.block_out_channels.front() % 2 == 0, "block_out_channels");
  reader.read("norm_eps", s.norm_eps);
  reader.require(std::isfinite(s.norm_eps) && s.norm_eps > 0, "norm_eps");
  reader.read("flip_sin_to_cos", s.flip_sin_to_cos);
  reader.read("freq_shift", s.freq_shift);
  reader.require(s.freq_shift >= 0 && s.freq_shift < s.block_out_channels.front() / 2,
                 "freq_shift");
  return s;
}

void write_sizes(const UNetSizes& s, Json& json) {
  json["block_out_channels"] = s.block_out_channels;
  json["layers_per_block"] = s.layers_per_block;
  json["norm_num_groups"] = s.norm_num_groups;
  json["norm_eps"] = s.norm_eps;
  json["flip_sin_to_cos"] = s.flip_sin_to_cos;
  json["freq_shift"] = s.freq_shift;
}

// Variants that would compute something else from the same sizes.
void refuse_variants(const ConfigReader& reader) {
  const Json variants = {{"act_fn", "silu"},
                         {"addition_embed_type", nullptr},
                         {"center_input_sample", false},
                         {"class_embed_type", nullptr},
                         {"conv_in_kernel", 3},
                         {"conv_out_kernel", 3},
                         {"downsample_padding", 1},
                         {"dual_cross_attention", false},
                         {"encoder_hid_dim_type", nullptr},
                         {"mid_block_scale_factor", 1},
                         {"only_cross_attention", false},
                         {"resnet_time_scale_shift", "default"},
                         {"time_cond_proj_dim", nullptr},
                         {"time_embedding_act_fn", nullptr},
                         {"time_embedding_dim", nullptr},
                         {"time_embedding_type", "positional"},
                         {"timestep_post_act", nullptr}};
  for (const auto& [key, only] : variants.items()) reader.require_only(key.c_str(), only);
}

// Block types of the way up are those of the way down, from the end.
void read_blocks(const ConfigReader& reader, int levels, UNetAttention& attention) {
  attention.levels.assign(static_cast<std::size_t>(levels), true);
  attention.levels.back() = false;
  std::vector<std::string> down;
  reader.read("down_block_types", down);
  if (!down.empty()) {
    attention.levels.clear();
    for (const std::string& type : down) attention.levels.push_back(type == kCrossDown);
  }
  reader.require(attention.levels.size() == static_cast<std::size_t>(levels), "down_block_types");
  const Json names = to_json(UNetConfig{4, 4, {}, attention});
  reader.require_only("down_block_types", names["down_block_types"]);
  reader.require_only("up_block_types", names["up_block_types"]);
  std::string middle = kCrossMiddle;
  reader.read("mid_block_type", middle);
  attention.middle = middle != kPlainMiddle;
  if (attention.middle) reader.require_only("mid_block_type", kCrossMiddle);
}

// diffusers calls the number of heads attention_head_dim; num_attention_heads goes before it.
void read_heads(const ConfigReader& reader, const UNetSizes& sizes, UNetAttention& attention) {
  const char* key =
      reader.has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim";
  Json heads = 8;
  reader.read(key, heads);
  if (heads.is_array()) {
    reader.read(key, attention.heads);
  } else {
    int same = 8;
    reader.read_count(key, same);
    attention.heads.assign(sizes.block_out_channels.size(), same);
  }
  reader.require(attention.heads.size() == sizes.block_out_channels.size(), key);
  for (std::size_t i = 0; i < attention.heads.size(); ++i) {
    const bool last = i + 1 == attention.heads.size();
    const bool used = attention.levels[i] || (last && attention.middle);
    reader.require(
        attention.heads[i] > 0 && (!used || sizes.block_out_channels[i] % attention.heads[i] == 0),
        key);
  }
}

UNetSizes compact_sizes() {
  UNetSizes sizes;
  sizes.block_out_channels = {32, 64, 96};
  sizes.layers_per_block = 1;
  sizes.norm_num_groups = 8;
  return sizes;
}

}  // namespace

UNetConfig compact_unet() {
  UNetConfig config;
  config.in_channels = 16;
  config.out_channels = 16;
  config.sizes = compact_sizes();
  config.attention = {{false, true, true}, true, {4, 4, 4}, 64, 2, false};
  return config;
}

ControlConfig compact_control() {
  return {16, 17, compact_sizes()};
}

nlohmann::json to_json(const UNetConfig& c) {
  Json json = {{"in_channels", c.in_channels},
               {"out_channels", c.out_channels},
               {"attention_head_dim", c.attention.heads},
               {"cross_attention_dim", c.attention.cross_attention_dim},
               {"transformer_layers_per_block", c.attention.transformer_layers_per_block},
               {"use_linear_projection", c.attention.use_linear_projection},
               {"mid_block_type", c.attention.middle ? kCrossMiddle : kPlainMiddle}};
  for (std::size_t i = 0; i < c.attention.levels.size(); ++i) {
    const bool down = c.attention.levels[i];
    const bool up = c.attention.levels[c.attention.levels.size() - 1 - i];
    json["down_block_types"].push_back(down ? kCrossDown : kPlainDown);
    json["up_block_types"].push_back(up ? kCrossUp : kPlainUp);
  }
  write_sizes(c.sizes, json);
  return json;
}

nlohmann::json to_json(const ControlConfig& c) {
  Json json = {{"in_channels", c.in_channels},
               {"conditioning_channels", c.conditioning_channels},
               {"mid_block_type", kPlainMiddle}};
  const std::size_t levels = c.sizes.block_out_channels.size();
  json["down_block_types"] = std::vector<std::string>(levels, kPlainDown);
  json["up_block_types"] = std::vector<std::string>(levels, kPlainUp);
  write_sizes(c.sizes, json);
  return json;
}

UNetConfig unet_config(const nlohmann::json& json) {
  const ConfigReader reader(json, "UNet");
  UNetConfig c;
  reader.read_count("in_channels", c.in_channels);
  reader.read_count("out_channels", c.out_channels);
  c.sizes = read_sizes(reader);
  read_blocks(reader, c.sizes.levels(), c.attention);
  read_heads(reader, c.sizes, c.attention);
  reader.read_count("cross_attention_dim", c.attention.cross_attention_dim);
  reader.read_count("transformer_layers_per_block", c.attention.transformer_layers_per_block);
  reader.read("use_linear_projection", c.attention.use_linear_projection);
  refuse_variants(reader);
  return c;
}

ControlConfig control_config(const nlohmann::json& json) {
  const ConfigReader reader(json, "control branch");
  ControlConfig c;
  reader.read_count("in_channels", c.in_channels);
  reader.read_count("conditioning_channels", c.conditioning_channels);
  c.sizes = read_sizes(reader);
  const Json plain = to_json(c);
  for (const char* key : {"down_block_types", "mid_block_type", "up_block_types"}) {
    reader.require_only(key, plain[key]);
  }
  refuse_variants(reader);
  return c;
}

}  // namespace portrait

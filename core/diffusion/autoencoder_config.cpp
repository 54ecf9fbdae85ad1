// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/autoencoder_config.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr int kMostChannels = 16384;

void require(bool sound, const char* key, const nlohmann::json& value) {
  check(sound, ErrorCode::kCorrupt, "The autoencoder's configuration has {} as \"{}\"",
        value.dump(), key);
}

template <typename T>
void read(const nlohmann::json& json, const char* key, T& value) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return;
  try {
    value = found->template get<T>();
  } catch (const nlohmann::json::exception&) {
    require(false, key, *found);
  }
}

void read_count(const nlohmann::json& json, const char* key, int& value) {
  read(json, key, value);
  require(value > 0 && value <= kMostChannels, key, value);
}

}  // namespace

AutoencoderConfig compact_autoencoder() {
  AutoencoderConfig config;
  config.latent_channels = 16;
  config.block_out_channels = {16, 32, 96};
  config.layers_per_block = 1;
  config.norm_num_groups = 8;
  config.scaling_factor = 1;
  config.mid_block_add_attention = false;
  config.patch_size = 2;
  return config;
}

nlohmann::json to_json(const AutoencoderConfig& c) {
  nlohmann::json json = {{"in_channels", c.in_channels},
                         {"out_channels", c.out_channels},
                         {"latent_channels", c.latent_channels},
                         {"block_out_channels", c.block_out_channels},
                         {"layers_per_block", c.layers_per_block},
                         {"norm_num_groups", c.norm_num_groups},
                         {"scaling_factor", c.scaling_factor},
                         {"use_quant_conv", c.use_quant_conv},
                         {"use_post_quant_conv", c.use_post_quant_conv},
                         {"mid_block_add_attention", c.mid_block_add_attention},
                         {"patch_size", c.patch_size}};
  if (c.shift_factor) json["shift_factor"] = *c.shift_factor;
  return json;
}

AutoencoderConfig autoencoder_config(const nlohmann::json& json) {
  check(json.is_object(), ErrorCode::kCorrupt, "The autoencoder's configuration is no JSON object");
  AutoencoderConfig c;
  read_count(json, "in_channels", c.in_channels);
  read_count(json, "out_channels", c.out_channels);
  read_count(json, "latent_channels", c.latent_channels);
  read_count(json, "layers_per_block", c.layers_per_block);
  read_count(json, "norm_num_groups", c.norm_num_groups);
  read_count(json, "patch_size", c.patch_size);
  read(json, "block_out_channels", c.block_out_channels);
  const bool sound = !c.block_out_channels.empty() && c.block_out_channels.size() <= 8 &&
                     std::all_of(c.block_out_channels.begin(), c.block_out_channels.end(),
                                 [&](int channels) {
                                   return channels > 0 && channels <= kMostChannels &&
                                          channels % c.norm_num_groups == 0;
                                 });
  require(sound, "block_out_channels", c.block_out_channels);
  read(json, "scaling_factor", c.scaling_factor);
  require(std::isfinite(c.scaling_factor) && c.scaling_factor > 0, "scaling_factor",
          c.scaling_factor);
  if (json.contains("shift_factor") && !json["shift_factor"].is_null()) {
    double shift = 0;
    read(json, "shift_factor", shift);
    c.shift_factor = shift;
  }
  read(json, "use_quant_conv", c.use_quant_conv);
  read(json, "use_post_quant_conv", c.use_post_quant_conv);
  read(json, "mid_block_add_attention", c.mid_block_add_attention);
  std::string activation = "silu";
  read(json, "act_fn", activation);
  check(activation == "silu", ErrorCode::kUnsupported,
        "The autoencoder's activation is \"{}\"; only \"silu\" is supported", activation);
  return c;
}

}  // namespace portrait

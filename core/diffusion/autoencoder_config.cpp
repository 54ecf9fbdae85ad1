// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/autoencoder_config.h"

#include "core/nn/config_reader.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace portrait {

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
                         {"patch_size", c.patch_size},
                         {"texture_timestep", c.texture_timestep}};
  if (c.shift_factor) json["shift_factor"] = *c.shift_factor;
  return json;
}

AutoencoderConfig autoencoder_config(const nlohmann::json& json) {
  const ConfigReader reader(json, "autoencoder");
  AutoencoderConfig c;
  reader.read_count("in_channels", c.in_channels);
  reader.read_count("out_channels", c.out_channels);
  reader.read_count("latent_channels", c.latent_channels);
  reader.read_count("layers_per_block", c.layers_per_block);
  reader.read_count("norm_num_groups", c.norm_num_groups);
  reader.read_count("patch_size", c.patch_size);
  reader.read("texture_timestep", c.texture_timestep);
  reader.require(c.texture_timestep >= 0, "texture_timestep");
  reader.read_widths("block_out_channels", c.block_out_channels, c.norm_num_groups);
  reader.read("scaling_factor", c.scaling_factor);
  reader.require(std::isfinite(c.scaling_factor) && c.scaling_factor > 0, "scaling_factor");
  if (reader.has("shift_factor")) {
    double shift = 0;
    reader.read("shift_factor", shift);
    c.shift_factor = shift;
  }
  reader.read("use_quant_conv", c.use_quant_conv);
  reader.read("use_post_quant_conv", c.use_post_quant_conv);
  reader.read("mid_block_add_attention", c.mid_block_add_attention);
  reader.require_only("act_fn", "silu");
  return c;
}

}  // namespace portrait

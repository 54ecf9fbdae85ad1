// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace portrait {

// Sizes that a UNet and its control branch share, under the names of diffusers' config.json. The
// defaults are those of Stable Diffusion 1.5.
struct UNetSizes {
  std::vector<int> block_out_channels = {320, 640, 1280, 1280};
  int layers_per_block = 2;  // on the way down; one more on the way up
  int norm_num_groups = 32;
  double norm_eps = 1e-5;
  bool flip_sin_to_cos = true;
  double freq_shift = 0;

  int levels() const { return static_cast<int>(block_out_channels.size()); }
  // The sides of the latents are multiples of this.
  int reduction() const { return 1 << (levels() - 1); }
};

// Of the transformers in a UNet.
struct UNetAttention {
  std::vector<bool> levels = {true, true, true, false};  // where they follow the residual blocks
  bool middle = true;
  std::vector<int> heads = {8, 8, 8, 8};  // of each level; "attention_head_dim" in the file
  int cross_attention_dim = 768;
  int transformer_layers_per_block = 1;
  bool use_linear_projection = false;
};

struct UNetConfig {
  int in_channels = 4;
  int out_channels = 4;
  UNetSizes sizes;
  UNetAttention attention;
};

// Of BrushNet: the UNet's sizes without attention.
struct ControlConfig {
  int in_channels = 4;            // of the noisy latents
  int conditioning_channels = 5;  // the known part's latents and their mask
  UNetSizes sizes;
};

// Those of the pack that ships: latents of 16 channels, context tokens of 64 numbers.
UNetConfig compact_unet();
ControlConfig compact_control();

nlohmann::json to_json(const UNetConfig& config);
nlohmann::json to_json(const ControlConfig& config);
// Absent keys take the defaults, as in diffusers; other keys are ignored. Throw kCorrupt naming the
// key whose value makes no network: not positive, groups or heads that do not divide the channels,
// lists of other lengths than block_out_channels; kUnsupported: a variant of the architecture that
// this version does not have (other block types, class or image embeddings, ...).
UNetConfig unet_config(const nlohmann::json& json);
ControlConfig control_config(const nlohmann::json& json);

}  // namespace portrait

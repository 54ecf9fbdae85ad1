// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <vector>

namespace portrait {

// Sizes of an AutoencoderKL, under the names of diffusers' config.json. The defaults are those of
// Stable Diffusion 1.5.
struct AutoencoderConfig {
  int in_channels = 3;
  int out_channels = 3;
  int latent_channels = 4;
  std::vector<int> block_out_channels = {128, 256, 512, 512};
  int layers_per_block = 2;  // of the encoder; the decoder has one more
  int norm_num_groups = 32;
  double scaling_factor = 0.18215;  // what the latents are multiplied by before diffusion
  std::optional<double> shift_factor;  // what is taken off before that
  bool use_quant_conv = true;
  bool use_post_quant_conv = true;
  bool mid_block_add_attention = true;
  // Ours, 1 elsewhere: squares of so many pixels become channels before the first convolution, and
  // the last one's channels squares of pixels.
  int patch_size = 1;
  // Ours, 0 elsewhere: what diffusion paints is decoded with the noise of that timestep left in it,
  // which the decoder has learned to make texture of.
  int texture_timestep = 0;

  // Pixels along a side of a latent's cell.
  int reduction() const {
    return patch_size << (static_cast<int>(block_out_channels.size()) - 1);
  }
};

// The one of the pack that ships: 16 channels at an eighth of the size.
AutoencoderConfig compact_autoencoder();

nlohmann::json to_json(const AutoencoderConfig& config);
// Absent keys take the defaults, as in diffusers; other keys are ignored. Throws kCorrupt naming
// the key whose value makes no network: not positive, groups that do not divide the channels;
// kUnsupported: an activation other than "silu".
AutoencoderConfig autoencoder_config(const nlohmann::json& json);

}  // namespace portrait

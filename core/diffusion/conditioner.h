// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/nn/conv2d.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <vector>

namespace portrait {

class ModelPack;

struct ConditionerConfig {
  int latent_channels = 16;
  int context_width = 64;  // of a token; the UNet's cross_attention_dim
  int grid = 4;            // the photo becomes grid x grid tokens
  std::vector<int> widths = {32, 64, 96, 128};  // of the convolutions over the photo's latents
  int norm_num_groups = 8;
  int view_tokens = 2;
  int view_width = 128;
};

nlohmann::json to_json(const ConditionerConfig& config);
// Absent keys take the defaults, other keys are ignored. Throws kCorrupt naming the key whose value
// makes no network.
ConditionerConfig conditioner_config(const nlohmann::json& json);

// Makes the compact pack's context tokens: `view_tokens` of where the camera stands, and a grid of
// the photo's pieces (a small convolutional network over its latents), or learned tokens in their
// place. Learned along with the UNet that reads them. Differentiable.
class Conditioner {
 public:
  Conditioner(Parameters& parameters, const ConditionerConfig& config);

  // angles [B, 2]: azimuth and elevation in radians; periodic in both -> [B, view_tokens, W]
  Tensor view_tokens(const Tensor& angles) const;
  // latents [B, L, side, side] of photos, diffusion's units -> [B, grid * grid, W]
  Tensor image_tokens(const Tensor& latents) const;
  // Those of no photo: [1, grid * grid, W].
  Tensor no_image_tokens() const;
  // All of them: view [B, view_tokens, W], image [B or 1, grid * grid, W] -> [B, M, W]
  Tensor context(const Tensor& view, const Tensor& image) const;

  // Of the photo's latents: the convolutions halve it three times down to the grid.
  int side() const { return 8 * config_.grid; }
  const ConditionerConfig& config() const { return config_; }

 private:
  ConditionerConfig config_;
  Linear view_in_;
  Linear view_out_;
  LayerNorm view_norm_;
  std::vector<Conv2d> convolutions_;
  std::vector<GroupNorm> norms_;
  Linear image_out_;
  Tensor places_;  // [grid * grid, W]
  Tensor nobody_;  // [grid * grid, W]
  LayerNorm image_norm_;
};

// [B, 2] f32: azimuth and elevation in radians.
Tensor view_angles(const std::vector<Viewpoint>& views);

// From a file's tensors, all of them.
// Throws kCorrupt naming a missing, surplus, misshapen or not finite tensor.
std::shared_ptr<const Conditioner> load_conditioner(const TensorMap& tensors,
                                                    const ConditionerConfig& config,
                                                    at::Device device = at::kCPU);

// The network "conditioner" of a pack. Throws kNotFound, kCorrupt.
std::shared_ptr<const Conditioner> load_conditioner(const ModelPack& pack,
                                                    at::Device device = at::kCPU);

}  // namespace portrait

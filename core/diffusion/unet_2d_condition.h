// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/unet_config.h"
#include "core/diffusion/unet_trunk.h"
#include "core/nn/conv2d.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <memory>
#include <vector>

namespace portrait {

class ModelPack;

// The noise predictor of latent diffusion (Rombach et al., CVPR 2022), in the layout, names and
// numerics of diffusers' UNet2DConditionModel: one class for the sizes of Stable Diffusion and for
// compact ones. Differentiable; inside, maps lie channels last and are of the arithmetic that the
// parameters ask for.
class UNet2DConditionModel {
 public:
  UNet2DConditionModel(Parameters& parameters, const UNetConfig& config);

  // latents [B, in_channels, h, w], sides multiples of config().sizes.reduction(); t [B] timesteps;
  // context [B, M, cross_attention_dim] -> [B, out_channels, h, w].
  // `added`: what a control branch adds at each of feature_sites(config().sizes), in their order
  // and shapes; or none. Throws kInternal naming what does not fit.
  Tensor operator()(const Tensor& latents, const Tensor& t, const Tensor& context,
                    const std::vector<Tensor>& added = {}) const;

  const UNetConfig& config() const { return config_; }

 private:
  UNetConfig config_;
  at::ScalarType arithmetic_;
  std::size_t sites_ = 0;
  Conv2d in_;
  UNetTrunk trunk_;
  GroupNorm norm_;
  Conv2d out_;
};

// From a file's tensors, all of them.
// Throws kCorrupt naming a missing, surplus, misshapen or not finite tensor.
std::shared_ptr<const UNet2DConditionModel> load_unet(const TensorMap& tensors,
                                                      const UNetConfig& config);

// The network "unet" of a pack with its LoRAs, sizes from its configuration.
// Throws kNotFound, kCorrupt, kUnsupported.
std::shared_ptr<const UNet2DConditionModel> load_unet(const ModelPack& pack,
                                                      at::Device device = at::kCPU);
// On the CPU, with weights and arithmetic of that precision.
std::shared_ptr<const UNet2DConditionModel> load_unet(const ModelPack& pack, Precision precision);

}  // namespace portrait

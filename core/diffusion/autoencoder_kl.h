// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/attention.h"
#include "core/diffusion/autoencoder_config.h"
#include "core/diffusion/resample_layers.h"
#include "core/diffusion/resnet_block.h"
#include "core/nn/conv2d.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portrait {

class ModelPack;
struct PackNetwork;

// The normal distribution that a picture is encoded to, in the network's own units.
struct Posterior {
  Tensor mean;    // [B, L, h, w]
  Tensor logvar;  // the same, within [-30, 20]

  // mean + exp(logvar / 2) noise; the noise [B, L, h, w] is the caller's, so that seeds are too.
  Tensor sample(const Tensor& noise) const;
};

// The picture autoencoder of latent diffusion (Rombach et al., CVPR 2022), in the layout, names
// and numerics of diffusers' AutoencoderKL: one class for the sizes of Stable Diffusion and for
// compact ones. Pictures are RGB in [-1, 1]; with r = config().reduction(), sides are multiples of
// r. Differentiable; inside, maps lie channels last.
class AutoencoderKL {
 public:
  // Whether a tensor of that name has a say in what latents come out.
  static bool makes_latents(std::string_view name) {
    return name.starts_with("encoder.") || name.starts_with("quant_conv.");
  }

  AutoencoderKL(Parameters& parameters, const AutoencoderConfig& config);

  // picture [B, 3, H, W] -> a posterior over [B, L, H / r, W / r].
  // Throws kInternal naming the shape.
  Posterior encode(const Tensor& picture) const;
  // latents [B, L, h, w] in the network's own units -> [B, 3, r h, r w], not clamped.
  Tensor decode(const Tensor& latents) const;

  // (z - shift_factor) * scaling_factor: the units that diffusion works in; and back.
  Tensor to_diffusion(const Tensor& latents) const;
  Tensor from_diffusion(const Tensor& latents) const;

  const AutoencoderConfig& config() const { return config_; }

 private:
  struct Middle {
    ResnetBlock first;
    std::optional<SpatialAttention> attention;
    ResnetBlock second;
    Tensor operator()(const Tensor& x) const;
  };
  struct Level {
    std::vector<ResnetBlock> blocks;
    std::optional<Downsample> down;
    std::optional<Upsample> up;
    Tensor operator()(Tensor x) const;
  };

  Middle middle(Parameters& parameters, const std::string& name) const;
  void build_encoder(Parameters& parameters);
  void build_decoder(Parameters& parameters);

  AutoencoderConfig config_;
  Conv2d encoder_in_;
  std::vector<Level> encoder_levels_;
  Middle encoder_middle_;
  GroupNorm encoder_norm_;
  Conv2d encoder_out_;
  std::optional<Conv2d> quant_;
  std::optional<Conv2d> post_quant_;
  Conv2d decoder_in_;
  Middle decoder_middle_;
  std::vector<Level> decoder_levels_;
  GroupNorm decoder_norm_;
  Conv2d decoder_out_;
};

// The tensors of a published file under the names that AutoencoderKL asks for: older files call
// the middle attention's query, key, value and proj_attn, some with 1 x 1 kernels.
TensorMap modern_autoencoder_names(const TensorMap& tensors);

// From a file's tensors, all of them, under older names or newer.
// Throws kCorrupt naming a missing, surplus, misshapen or not finite tensor.
std::shared_ptr<const AutoencoderKL> load_autoencoder(const TensorMap& tensors,
                                                      const AutoencoderConfig& config);

// The network "vae" of a pack, sizes from its configuration. Throws kNotFound, kCorrupt.
std::shared_ptr<const AutoencoderKL> load_vae(const ModelPack& pack,
                                              at::Device device = at::kCPU);

// A hash, lower-case hex, of all that latents of the pack's "vae" depend on: its encoder's tensors
// and its scaling factor. VAEs of one hash differ in their decoders at most, and what was trained
// on the latents of one is right for the other. Throws kNotFound, kCorrupt.
std::string latent_space_of(const ModelPack& pack);
std::string latent_space_of(const PackNetwork& vae);

}  // namespace portrait

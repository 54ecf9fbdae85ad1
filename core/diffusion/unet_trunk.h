// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/resample_layers.h"
#include "core/diffusion/resnet_block.h"
#include "core/diffusion/time_embedding.h"
#include "core/diffusion/transformer_2d.h"
#include "core/diffusion/unet_config.h"
#include "core/nn/parameters.h"
#include "core/nn/torch.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace portrait {

enum class UNetPart { kDown, kMiddle, kUp };

// A place in the UNet where a control branch's features are taken and given.
struct FeatureSite {
  UNetPart part = UNetPart::kDown;
  int index = 0;  // within its part
  int channels = 0;
  int reduction = 1;  // the latents' side by the feature's

  std::string name() const;  // "down0", "mid", "up0", ...
};

// Every site, in the order in which a network passes them: conv_in; each residual block (with its
// transformer) and each downsampling; the middle; each residual block and each upsampling.
// 12 + 1 + 15 at the sizes of Stable Diffusion 1.5.
std::vector<FeatureSite> feature_sites(const UNetSizes& sizes);

// Throws kInternal unless latents are [B, channels, h, w] with sides that the sizes can halve, and
// t is [B].
void check_latents(const Tensor& latents, const Tensor& t, int channels, const UNetSizes& sizes);

// Everything of a UNet between its first and its last convolution, in the layout and numerics of
// diffusers: time embedding, down, middle and up blocks, transformers where the configuration has
// them. What the way up joins to its features are those of the way down, last first.
class UNetTrunk {
 public:
  // Given each site's feature in turn; what it returns goes on in the feature's place.
  using Visit = std::function<Tensor(const Tensor&)>;

  UNetTrunk() = default;
  // Null: without any attention.
  UNetTrunk(Parameters& parameters, const UNetSizes& sizes, const UNetAttention* attention);

  // x [B, C0, H, W] of the first convolution, H and W multiples of the sizes' reduction; t [B];
  // context [B, M, cross_attention_dim] where there is attention -> [B, C0, H, W].
  // As in BrushNet, the way up joins x itself, and every later feature as `visit` returned it.
  Tensor operator()(const Tensor& x, const Tensor& t, const Tensor& context,
                    const Visit& visit) const;

 private:
  // Residual blocks, each followed by a transformer if there are any, and then a resampling.
  struct Level {
    std::vector<ResnetBlock> blocks;
    std::vector<Transformer2D> transformers;
    std::optional<Downsample> down;
    std::optional<Upsample> up;
    Tensor apply(std::size_t i, const Tensor& x, const Tensor& time, const Tensor& context) const;
  };
  struct Builder;

  TimeEmbedding time_;
  std::vector<Level> down_;
  ResnetBlock middle_first_;
  std::optional<Transformer2D> middle_transformer_;
  ResnetBlock middle_second_;
  std::vector<Level> up_;
};

}  // namespace portrait

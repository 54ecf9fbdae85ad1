// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/resnet_block.h"
#include "core/nn/conv2d.h"
#include "core/nn/torch.h"

#include <string>

namespace portrait {

// Res of (10) at one layer: features of the Implicit-Branch, reprojected, into those of the
// Explicit-Branch. A bottleneck, so that at 28 layers it stays small beside the branches:
// norm, SiLU, 1 x 1 to half the channels; norm, SiLU, 3 x 3; SiLU, 1 x 1 that starts at zero.
class FeatureMerge {
 public:
  FeatureMerge() = default;
  FeatureMerge(Parameters& parameters, const std::string& name, int channels, int groups);

  // mine [B, C, h, w]; other [B, C, h, w], 0 where known [B, 1, h, w] is 0 ->
  // mine + weight * what the other adds, [B, C, h, w].
  Tensor operator()(const Tensor& mine, const Tensor& other, const Tensor& known,
                    double weight) const;

 private:
  Tensor answer(const Tensor& mine, const Tensor& other, const Tensor& known, double weight) const;

  GroupNorm norm1_;
  Conv2d conv1_;
  GroupNorm norm2_;
  Conv2d conv2_;
  Conv2d zero_;
};

// Res of (11): the target's rendered normals and coarse render, as latents, into z_proj. Convolution,
// residual block, and a convolution that starts at zero; it sees where z_proj is known.
class GeometryPrior {
 public:
  GeometryPrior() = default;
  // `width`: channels inside, a multiple of `groups`.
  GeometryPrior(Parameters& parameters, const std::string& name, int latent_channels, int width,
                int groups);

  // projected, normals, coarse [B, L, h, w] in diffusion units; known [B, 1, h, w] ->
  // projected + weight * what they add, [B, L, h, w].
  Tensor operator()(const Tensor& projected, const Tensor& known, const Tensor& normals,
                    const Tensor& coarse, double weight) const;

 private:
  Conv2d in_;
  ResnetBlock block_;
  Conv2d zero_;
};

}  // namespace portrait

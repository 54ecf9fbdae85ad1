// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/parameters.h"
#include "core/nn/torch.h"

#include <string>

namespace portrait {

// Where a halving convolution looks beyond the picture: one pixel on every side (UNet), or one at
// the right and the bottom alone (autoencoder).
enum class DownPadding { kAllSides, kRightAndBottom };

// Downsample2D of diffusers: a 3 x 3 convolution of stride 2, `name`.conv.
class Downsample {
 public:
  Downsample() = default;
  Downsample(Parameters& parameters, const std::string& name, int channels, DownPadding padding);
  Tensor operator()(const Tensor& x) const;  // [B, C, H, W] -> [B, C, H / 2, W / 2]; even sides

 private:
  Conv2d conv_;
  DownPadding padding_ = DownPadding::kAllSides;
};

// Upsample2D of diffusers: every pixel doubled both ways, then a 3 x 3 convolution, `name`.conv.
// Without gradients both are one 2 x 2 convolution on the small map, with sums of the kernel's taps
// and four results per pixel: 4/9 of the arithmetic.
class Upsample {
 public:
  Upsample() = default;
  Upsample(Parameters& parameters, const std::string& name, int channels);
  Tensor operator()(const Tensor& x) const;  // [B, C, H, W] -> [B, C, 2 H, 2 W]

 private:
  Conv2d conv_;
};

}  // namespace portrait

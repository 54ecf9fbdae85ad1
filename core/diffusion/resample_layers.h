// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv2d.h"
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
// Of parameters that pack both are one 2 x 2 convolution on the small map, with sums of the kernel's
// taps and four results per pixel: 4/9 of the arithmetic for 16/9 of the memory.
class Upsample {
 public:
  Upsample() = default;
  Upsample(Parameters& parameters, const std::string& name, int channels);
  Tensor operator()(const Tensor& x) const;  // [B, C, H, W] -> [B, C, 2 H, 2 W]

 private:
  Tensor folded(const Tensor& x) const;

  Tensor weight_;  // [C, C, 3, 3], or [4 C, C, 2, 2]: of the pixels (0,0), (0,1), (1,0) and (1,1)
  Tensor bias_;    // [C] or [4 C]
  bool folded_ = false;
};

}  // namespace portrait

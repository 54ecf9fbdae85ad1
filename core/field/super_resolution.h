// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <string>
#include <utility>
#include <vector>

namespace portrait {

// psi_SR: feature image -> RGB at four times its size. Convolutional, so any size and any patch.
// A field carries one of two kinds, which differ in their tensors' names alone for whoever
// optimises or saves them. kHybrid: that of published GAN priors, hybrid_super_resolution.h. kOwn,
// ours:
//   x = (features - 0.5) * 2; conv 32->64; three residual blocks
//   x + conv(leaky(conv(leaky(x)))) of 64 channels; leaky; conv 64->128, pixel shuffle 2 -> 32;
//   leaky; conv 32->32; leaky; conv 32->12, pixel shuffle 2 -> 3 channels; plus the bilinear x4
//   upsampling (align_corners = false) of the first three feature channels.
// All convolutions 3x3, padding 1; leaky slope 0.2. The last convolution starts at zero, so an
// untrained network is the bilinear upsampling.
struct SuperResolution {
  static constexpr int kScale = 4;
  enum class Kind { kOwn, kHybrid };

  Kind kind = Kind::kOwn;
  // In the order of the forward pass, "NAME.weight" then "NAME.bias", NAME as saved.
  std::vector<std::pair<std::string, Tensor>> parameters;

  static SuperResolution random(RandomStream& random);  // of our own kind
  bool empty() const { return parameters.empty(); }

  // features [B,32,H,W], as rendered (RGB in [0,1]) -> [B,3,4H,4W], about [0,1], not clamped.
  Tensor forward(const Tensor& features) const;

  // Names with the prefix "superresolution.".
  std::vector<std::pair<std::string, Tensor>> named_parameters() const;
  void save_to(TensorMap& tensors, const std::string& prefix = "superresolution.") const;
  // Of the kind that the names tell. Throws kCorrupt naming a tensor that is absent or misshapen.
  static SuperResolution load(const TensorMap& tensors,
                              const std::string& prefix = "superresolution.");

  SuperResolution to(at::Device device) const;
  SuperResolution clone() const;
};

}  // namespace portrait

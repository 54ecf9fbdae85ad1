// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv2d.h"
#include "core/nn/parameters.h"
#include "core/nn/torch_safetensors.h"

#include <vector>

namespace portrait {

enum class LpipsTrunk { kAlex, kVgg };

// The convolutions of torchvision's AlexNet or VGG-16 up to the fifth tap of LPIPS, under the names
// of the lpips package: "net.slice1.0.weight", ...; the last number is torchvision's place in
// `features`.
class TappedTrunk {
 public:
  static constexpr int kTaps = 5;
  static constexpr int kLeastSide = 32;  // pixels; below it the coarsest map has no place

  TappedTrunk() = default;
  TappedTrunk(Parameters& parameters, LpipsTrunk trunk);

  // x [B, 3, H, W] -> what the taps' rectifiers put out, the finest first: [B, C, h, w] each.
  std::vector<Tensor> operator()(const Tensor& x) const;

  // C of each tap.
  static const std::vector<int>& channels(LpipsTrunk trunk);

 private:
  struct Step {
    Conv2d convolution;
    int padding = 1;
    int pool = 0;      // side of the max-pooling with stride 2 before the convolution; 0: none
    bool tap = false;  // after the rectifier
  };
  std::vector<Step> steps_;
};

// A trunk's tensors under torchvision's names, "features.0.weight", or those of the lpips package
// -> under the latter. torchvision's classifier is left out.
TensorMap trunk_names(const TensorMap& tensors, LpipsTrunk trunk);

}  // namespace portrait

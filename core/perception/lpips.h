// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/perception/lpips_trunk.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <vector>

namespace portrait {

class ModelPack;

struct LpipsConfig {
  LpipsTrunk trunk = LpipsTrunk::kAlex;  // "trunk": "alex" or "vgg"
};
nlohmann::json to_json(const LpipsConfig& config);
// Throws kCorrupt (no such trunk).
LpipsConfig lpips_config(const nlohmann::json& json);

// The learned perceptual distance of pictures (Zhang et al., CVPR 2018), version 0.1 of the lpips
// package and its names: the features of five layers, of length one over the channels, their
// squared differences weighed by "lin0.model.1.weight" [1, C, 1, 1] to "lin4. ...", averaged over
// the picture, summed over the layers.
class Lpips {
 public:
  Lpips(Parameters& parameters, const LpipsConfig& config);

  // a, b [B, 3, H, W], sRGB in [-1, 1], sides of 32 and more -> [B] distances, 0 for equal
  // pictures. Differentiable. Throws kInternal naming the shape.
  Tensor operator()(const Tensor& a, const Tensor& b) const;

  const LpipsConfig& config() const { return config_; }

 private:
  LpipsConfig config_;
  TappedTrunk trunk_;
  std::vector<Tensor> weights_;  // [1, C, 1, 1] of each tap
};

// From a file's tensors: a whole one of the lpips package, or those of a trunk (its names or
// torchvision's) and of the package's own weights ("lin0..4") in one map. What repeats or restates
// ("lins", "scaling_layer", torchvision's "classifier") is left out. Throws kCorrupt naming a
// missing, surplus, misshapen or not finite tensor, or a scaling of pictures that is not LPIPS'.
std::shared_ptr<const Lpips> load_lpips(const TensorMap& tensors, const LpipsConfig& config);

// The network "lpips" of a pack, its trunk from its configuration. Throws kNotFound, kCorrupt.
std::shared_ptr<const Lpips> load_lpips(const ModelPack& pack, at::Device device = at::kCPU);

}  // namespace portrait

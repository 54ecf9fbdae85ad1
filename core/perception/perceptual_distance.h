// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch_safetensors.h"
#include "core/perception/face_trunk.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

class ModelPack;

// As in pack.json. Throws kCorrupt naming what is missing or out of range.
nlohmann::json perceptual_json(const FaceTrunkConfig& config);
FaceTrunkConfig perceptual_config(const nlohmann::json& json);

// How different two pictures of a face look, in the form of LPIPS (Zhang et al., CVPR 2018, eq. 1):
//   d(x, y) = sum_l mean_hw sum_c w_lc (x^_lhwc - y^_lhwc)^2
// where x^_l are the features of level l with unit length at each place, and w_lc >= 0. Network and
// weights are trained to order made-up degradations by their strength; no judgements of people are
// in them, so that its numbers are not those of LPIPS.
class PerceptualDistance {
 public:
  static constexpr FaceTrunkConfig kDefault = {16, {24, 32, 48}};
  // Pictures of faces as large as FaceIdentity's crops are what it is trained on.
  static constexpr int kSize = 112;

  // Fresh weights, reproducible from the seed.
  explicit PerceptualDistance(const FaceTrunkConfig& config = kDefault, std::uint64_t seed = 1);
  // From a file's tensors. Throws kCorrupt naming a missing, surplus or misshapen tensor.
  PerceptualDistance(const TensorMap& tensors, const FaceTrunkConfig& config);
  // The network "perceptual_compact" of a pack. Throws kNotFound, kCorrupt.
  static std::shared_ptr<const PerceptualDistance> load(const ModelPack& pack);

  // What is compared of pictures: of each level [B, C, h, w], of unit length at each place.
  using Features = std::array<Tensor, FaceTrunk::kLevels>;

  // pictures: [B, 3, H, W] of at least 16 x 16, f32 or f64, sRGB in [0, 1], on the weights' device.
  // Of a picture that many are compared with, they are taken once. Differentiable. Throws kInternal
  // (shape).
  Features features(const Tensor& pictures) const;
  // Of pictures of one size -> [B], 0 for equal ones. Differentiable in both. Throws kInternal
  // (sizes).
  Tensor between(const Features& a, const Features& b) const;
  Tensor operator()(const Tensor& a, const Tensor& b) const;  // of pictures; the same

  // Leaves, in the order of construction; names as in the file.
  const std::vector<std::pair<std::string, Tensor>>& parameters() const { return named_; }
  TensorMap tensors() const;  // detached, by name
  const FaceTrunkConfig& config() const { return config_; }

 private:
  void build(Parameters& parameters);

  FaceTrunkConfig config_;
  std::vector<std::pair<std::string, Tensor>> named_;
  FaceTrunk trunk_;
  std::array<Tensor, FaceTrunk::kLevels> weight_;  // [C], through a softplus
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv2d.h"
#include "core/nn/torch.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <string>

namespace portrait {

struct FaceTrunkConfig {
  int stem = 16;                             // channels at half the size
  std::array<int, 3> widths = {32, 64, 80};  // at a quarter, an eighth, a sixteenth
};

// A whole number 1 .. 1024 of a network's configuration in pack.json. Throws kCorrupt naming it.
int config_width(const nlohmann::json& json, const std::string& key);
// "stem", "width0" .. "width2".
void add_to_json(const FaceTrunkConfig& config, nlohmann::json& json);
FaceTrunkConfig face_trunk_config(const nlohmann::json& json);  // throws kCorrupt

// Convolutions with a residual block after each halving but the first; no normalisation layers, and
// the last convolution of a block starts at zero.
class FaceTrunk {
 public:
  static constexpr int kLevels = 4;
  static constexpr int kLeastSide = 16;

  FaceTrunk() = default;
  FaceTrunk(Parameters& parameters, const FaceTrunkConfig& config);

  // pictures: [B,3,H,W] f32 or f64, sRGB in [0, 1], H and W at least kLeastSide -> what it sees at
  // 1/2, 1/4, 1/8 and 1/16 of the size (rounded up), after the rectifier. Differentiable.
  std::array<Tensor, kLevels> operator()(const Tensor& pictures) const;

 private:
  Conv2d stem_;
  std::array<Conv2d, 3> down_;
  std::array<Conv2d, 3> first_, last_;
};

}  // namespace portrait

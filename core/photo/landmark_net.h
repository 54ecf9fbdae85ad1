// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv2d.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

class ModelPack;

struct LandmarkNetConfig {
  int stem = 16;
  std::array<int, 4> widths = {40, 80, 112, 128};  // at 32, 16, 8 and 4 squared
  int decoder = 64;
};

// As in pack.json. landmark_net_config throws kCorrupt naming what is missing or out of range.
nlohmann::json to_json(const LandmarkNetConfig& config);
LandmarkNetConfig landmark_net_config(const nlohmann::json& json);

// A small convolutional network: a 128 x 128 crop of a face -> 68 points by soft-argmax over
// 32 x 32 heat maps (Sun et al., "Integral human pose regression", ECCV 2018), a log-scale of
// each point's error, and whether it is a face at all. No normalisation layers; the last
// convolution of a residual block starts at zero. Fewer than 1 M parameters.
class LandmarkNet {
 public:
  static constexpr int kCropSize = 128;

  struct Output {
    Tensor points;      // [B, 68, 2] f32, crop pixels / 128: in (0, 1), x then y
    Tensor log_scale;   // [B, 68] f32, natural log of the Laplace scale, same units as points
    Tensor face_logit;  // [B] f32; > 0 = a face
  };

  // Fresh weights, reproducible from the seed.
  explicit LandmarkNet(const LandmarkNetConfig& config = {}, std::uint64_t seed = 1);
  // From a file's tensors. Throws kCorrupt naming a missing, surplus or misshapen tensor.
  LandmarkNet(const TensorMap& tensors, const LandmarkNetConfig& config);

  // crops: [B, 3, 128, 128] f32, sRGB in [0, 1], on the weights' device. Differentiable.
  Output forward(const Tensor& crops) const;

  // Leaves, in the order of construction; names as in the file.
  const std::vector<std::pair<std::string, Tensor>>& parameters() const { return named_; }
  TensorMap tensors() const;  // detached, by name
  const LandmarkNetConfig& config() const { return config_; }
  std::int64_t parameter_count() const;

 private:
  struct Residual {
    Conv2d first;
    Conv2d last;
    Tensor operator()(const Tensor& x) const;
  };

  void build(Parameters& parameters);

  LandmarkNetConfig config_;
  std::vector<std::pair<std::string, Tensor>> named_;
  Conv2d stem_;
  std::array<Conv2d, 4> down_;
  std::array<Residual, 3> residual_;  // at 16, 8 and 4 squared
  std::array<Conv2d, 4> lateral_;
  Conv2d merge_;
  Conv2d heat_;
  Linear hidden_;
  Linear scale_;
  Linear face_;
};

// The network "landmarks" of a pack. Throws kNotFound, kCorrupt.
std::shared_ptr<const LandmarkNet> load_landmark_net(const ModelPack& pack);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv2d.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <vector>

namespace portrait {

class ModelPack;

struct PlaneUNetConfig {
  int depth_slices = 2;  // of the planes that it takes
  int plane_channels = 32;
  std::vector<int> widths = {48, 96, 128};  // at the planes' resolution, its half and its quarter
  int norm_num_groups = 8;
};
nlohmann::json to_json(const PlaneUNetConfig& config);
// Absent keys take the defaults, other keys are ignored. Throws kCorrupt naming the key whose value
// makes no network.
PlaneUNetConfig plane_unet_config(const nlohmann::json& json);

// UNet_phi of equations (4) to (6), the detail-preservation module: what SDS learns is a change of
// the whole tri-plane, so that gradients of one view reach all of it through convolutions and what
// the tri-plane came with is kept. Its last convolution starts at zero and is added to its input:
// an untrained one is the identity, to the bit.
class PlaneUNet {
 public:
  PlaneUNet(Parameters& parameters, const PlaneUNetConfig& config);

  // planes [3, D, C, R, R], R a multiple of 4 -> the same shape. Differentiable.
  // Throws kInternal naming the shape.
  Tensor operator()(const Tensor& planes) const;

  const PlaneUNetConfig& config() const { return config_; }

 private:
  struct Residual {
    GroupNorm norm;
    Conv2d first, second;
    Tensor operator()(const Tensor& x) const;
  };

  PlaneUNetConfig config_;
  Conv2d in_, out_;
  GroupNorm out_norm_;
  std::vector<Residual> down_, up_;
  std::vector<Conv2d> shrink_, grow_;
  Residual middle_;
};

// The network "geometry" of a pack with its parameters, that may be optimised. Throws kNotFound,
// kCorrupt.
struct LoadedPlaneUNet {
  std::vector<std::pair<std::string, Tensor>> parameters;
  std::shared_ptr<const PlaneUNet> network;
};
// `values`: by name; copied, so that nobody else's change. An empty map: fresh, the identity.
LoadedPlaneUNet make_plane_unet(const TensorMap& values, const PlaneUNetConfig& config);
LoadedPlaneUNet load_plane_unet(const ModelPack& pack);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
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

struct MatteNetConfig {
  int stem = 24;                                  // at 128 squared
  std::array<int, 4> widths = {48, 72, 96, 96};   // at 64, 32, 16 and 8 squared
  std::array<int, 4> decoder = {32, 40, 56, 72};  // at 128, 64, 32 and 16 squared
  int head = 16;                                  // at 256 squared
};

// As in pack.json. matte_net_config throws kCorrupt naming what is missing or out of range.
nlohmann::json to_json(const MatteNetConfig& config);
MatteNetConfig matte_net_config(const nlohmann::json& json);

// A U-Net (Ronneberger et al., MICCAI 2015) with residual blocks: a canonical crop at 256 x 256 ->
// opacity of the person at the same size. No normalisation layers; the last convolution of a
// residual block starts at zero. Fewer than 1 M parameters.
class MatteNet {
 public:
  static constexpr int kSize = 256;
  static constexpr int kChannels = 5;
  static constexpr int kCell = 32;  // pixels along a side of the coarsest map's

  // Fresh weights, reproducible from the seed.
  explicit MatteNet(const MatteNetConfig& config = {}, std::uint64_t seed = 1);
  // From a file's tensors. Throws kCorrupt naming a missing, surplus or misshapen tensor.
  MatteNet(const TensorMap& tensors, const MatteNetConfig& config);

  // inputs: [B, 5, 256, 256] f32 in [0, 1]: sRGB, coverage (0 where the crop lies outside the
  // photo; the colours there are not looked at), person_shape(). Returns [B, 1, 256, 256] f32
  // logits: the opacity is their sigmoid. Differentiable. A trainer may show it the same in
  // another size, sides multiples of kCell.
  Tensor forward(const Tensor& inputs) const;

  // Leaves, in the order of construction; names as in the file.
  const std::vector<std::pair<std::string, Tensor>>& parameters() const { return named_; }
  TensorMap tensors() const;  // detached, by name
  const MatteNetConfig& config() const { return config_; }
  std::int64_t parameter_count() const;

 private:
  struct Residual {
    Conv2d first;
    Conv2d last;
    Tensor operator()(const Tensor& x) const;
  };

  void build(Parameters& parameters);

  MatteNetConfig config_;
  std::vector<std::pair<std::string, Tensor>> named_;
  Conv2d stem_;
  Conv2d fine_;
  std::array<Conv2d, 4> down_;
  std::array<Residual, 4> residual_;
  std::array<Conv2d, 4> up_;  // after joining with the encoder's features of the same size
  Conv2d head_;
  Conv2d alpha_;
};

// The network's view of a crop: one sample of forward()'s inputs, [5, 256, 256].
// All three 256 x 256; crop 3 channels, coverage and shape 1.
Tensor matte_net_input(const Image& crop, const Image& coverage, const Image& shape);

// crop: S x S x 3; coverage: S x S x 1; shape: 256 x 256 x 1. Returns 256 x 256 x 1 in [0, 1].
Image network_matte(const MatteNet& net, const Image& crop, const Image& coverage,
                    const Image& shape);

// The network "matting" of a pack. Throws kNotFound, kCorrupt.
std::shared_ptr<const MatteNet> load_matte_net(const ModelPack& pack);

}  // namespace portrait

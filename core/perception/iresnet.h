// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv2d.h"
#include "core/nn/parameters.h"
#include "core/nn/torch_safetensors.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace portrait {

class ModelPack;

// Blocks of each of the four stages.
struct IResNetConfig {
  std::array<int, 4> layers = {3, 4, 14, 3};  // r50; r18 2 2 2 2, r34 3 4 6 3, r100 3 13 30 3
};
nlohmann::json to_json(const IResNetConfig& config);
// Throws kCorrupt (not four numbers of blocks).
IResNetConfig iresnet_config(const nlohmann::json& json);

// Batch normalisation by the statistics of a file, eps 1e-5.
struct BatchNorm {
  Tensor weight;
  Tensor bias;
  Tensor mean;
  Tensor variance;

  BatchNorm() = default;
  BatchNorm(Parameters& parameters, const std::string& name, int channels);
  Tensor operator()(const Tensor& x) const;  // [B, C, ...], over the channels
};

// The network that tells faces apart (ArcFace: Deng et al., CVPR 2019), in the layout and names of
// insightface's arcface_torch iresnet: blocks of the improved residual network (Duta et al., ICPR
// 2020), every stage halving the picture, 512 numbers for a face.
class IResNet {
 public:
  static constexpr int kCropSize = 112;
  static constexpr int kEmbedding = 512;

  // One block: x or its shortcut, + bn3(conv2(prelu(bn2(conv1(bn1 x))))).
  struct Block {
    BatchNorm bn1;
    Conv2d conv1;
    BatchNorm bn2;
    Tensor prelu;  // slopes of the channels
    Conv2d conv2;  // with the stride
    BatchNorm bn3;
    std::optional<Conv2d> shortcut;
    BatchNorm shortcut_norm;

    Block(Parameters& parameters, const std::string& name, int in, int out, int stride);
    Tensor operator()(const Tensor& x) const;
  };

  IResNet(Parameters& parameters, const IResNetConfig& config);

  // crops [B, 3, 112, 112], sRGB in [0, 1], aligned as aligned_face() does -> [B, 512], not
  // normalised; the cosine of two is how alike the persons are. Differentiable.
  // Throws kInternal naming the shape.
  Tensor operator()(const Tensor& crops) const;

  const IResNetConfig& config() const { return config_; }

 private:
  IResNetConfig config_;
  Conv2d stem_;
  BatchNorm stem_norm_;
  Tensor stem_prelu_;
  std::vector<Block> blocks_;
  BatchNorm last_norm_;
  Linear last_;
  BatchNorm features_;
};

// The sizes that a file's tensors are of. Throws kCorrupt (no blocks, or with gaps), kUnsupported:
// the names of an ONNX graph, whose normalisations are folded into its convolutions, or those of
// the other IR-50 and IR-SE-50 ("input_layer", "body", "output_layer").
IResNetConfig iresnet_config_of(const TensorMap& tensors);

// From a file's tensors, sizes found there; counters of training batches are left out. Throws what
// iresnet_config_of() does, and kCorrupt naming a missing, surplus, misshapen or not finite tensor.
std::shared_ptr<const IResNet> load_iresnet(const TensorMap& tensors);

// The network "arcface" of a pack. Throws the same, kNotFound, and kCorrupt where the pack states
// other "layers" than its file has.
std::shared_ptr<const IResNet> load_arcface(const ModelPack& pack, at::Device device = at::kCPU);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clip/clip_config.h"
#include "core/nn/parameters.h"
#include "core/nn/torch.h"

#include <string>
#include <vector>

namespace portrait {

// Layer normalisation over the last dimension, by the eps of a configuration.
struct ClipNorm {
  LayerNorm norm;
  double eps = 1e-5;

  ClipNorm() = default;
  ClipNorm(Parameters& parameters, const std::string& name, const ClipTowerSizes& sizes);
  Tensor operator()(const Tensor& x) const;
};

// The transformer that both towers of CLIP have (Radford et al., ICML 2021), in the names of
// transformers' CLIPEncoder: x += attention(norm1 x), x += fc2(act(fc1(norm2 x))).
class ClipTransformer {
 public:
  ClipTransformer() = default;
  // `name`: what stands before "layers.0. ...".
  ClipTransformer(Parameters& parameters, const std::string& name, const ClipTowerSizes& sizes);

  // x [B, T, D] -> the same; causal: token t sees tokens 0 to t alone. Differentiable.
  Tensor operator()(Tensor x, bool causal) const;

 private:
  struct Layer {
    ClipNorm norm1;
    Linear queries;
    Linear keys;
    Linear values;
    Linear out;
    ClipNorm norm2;
    Linear fc1;
    Linear fc2;
  };
  Tensor attention(const Layer& layer, const Tensor& x, const Tensor& mask) const;

  ClipTowerSizes sizes_;
  std::vector<Layer> layers_;
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clip/clip_layers.h"
#include "core/nn/torch_safetensors.h"

#include <memory>

namespace portrait {

class ModelPack;

// CLIP's picture tower, a vision transformer (Radford et al., ICML 2021), in the layout and names
// of transformers' CLIPVisionModelWithProjection.
class ClipVisionEncoder {
 public:
  ClipVisionEncoder(Parameters& parameters, const ClipVisionConfig& config);

  // pixels [B, 3, S, S] as clip_pixels() makes them, S = config().image_size -> embeddings [B, P],
  // not normalised. Differentiable. Throws kInternal naming the shape.
  Tensor operator()(const Tensor& pixels) const;

  const ClipVisionConfig& config() const { return config_; }

 private:
  ClipVisionConfig config_;
  Tensor class_;      // [D], the token of the whole picture
  Tensor patches_;    // [D, 3, patch, patch]
  Tensor positions_;  // [tokens, D]
  ClipNorm before_;
  ClipTransformer transformer_;
  ClipNorm after_;
  Tensor projection_;  // [P, D]
};

// From a file's tensors, as clip_vision_names() takes them. Throws kCorrupt naming a missing,
// surplus, misshapen or not finite tensor.
std::shared_ptr<const ClipVisionEncoder> load_clip_vision(const TensorMap& tensors,
                                                          const ClipVisionConfig& config);

// The network "clip_vision" of a pack, sizes from its configuration. Throws kNotFound, kCorrupt.
std::shared_ptr<const ClipVisionEncoder> load_clip_vision(const ModelPack& pack,
                                                          at::Device device = at::kCPU);

}  // namespace portrait

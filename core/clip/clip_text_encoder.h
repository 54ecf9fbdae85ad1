// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clip/clip_layers.h"
#include "core/nn/torch_safetensors.h"

#include <memory>

namespace portrait {

class ModelPack;

struct ClipTextOutput {
  Tensor last_hidden;  // [B, T, D], after the final normalisation: what Stable Diffusion reads
  Tensor pooled;       // [B, P] projected, or [B, D] where there is no projection; not normalised
};

// CLIP's text tower (Radford et al., ICML 2021), in the layout and names of transformers'
// CLIPTextModel (CLIPTextModelWithProjection where there is a projection).
class ClipTextEncoder {
 public:
  ClipTextEncoder(Parameters& parameters, const ClipTextConfig& config);

  // ids [B, T] of an integer type, T up to max_position_embeddings. Pooled is the token of each
  // row's highest number, the first of them: the end of a text in CLIP's vocabulary.
  // Throws kBadInput: a number that the vocabulary has not; kInternal naming the shape.
  ClipTextOutput operator()(const Tensor& ids) const;

  const ClipTextConfig& config() const { return config_; }

 private:
  ClipTextConfig config_;
  Tensor tokens_;     // [vocabulary, D]
  Tensor positions_;  // [max_position_embeddings, D]
  ClipTransformer transformer_;
  ClipNorm norm_;
  Tensor projection_;  // [P, D], or undefined
};

// From a file's tensors, as clip_text_names() takes them; the projection is the file's, whatever
// the configuration says. Throws kCorrupt naming a missing, surplus, misshapen or not finite
// tensor.
std::shared_ptr<const ClipTextEncoder> load_text_encoder(const TensorMap& tensors,
                                                         const ClipTextConfig& config);

// The network "text_encoder" of a pack, sizes from its configuration. Throws kNotFound, kCorrupt.
std::shared_ptr<const ClipTextEncoder> load_text_encoder(const ModelPack& pack,
                                                         at::Device device = at::kCPU);

}  // namespace portrait

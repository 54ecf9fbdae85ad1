// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/clip/clip_vision_encoder.h"

#include "core/clip/clip_names.h"
#include "core/nn/check_shape.h"
#include "core/nn/model_pack.h"

namespace portrait {

// The misspelt name is the published one.
ClipVisionEncoder::ClipVisionEncoder(Parameters& p, const ClipVisionConfig& config)
    : config_(config),
      class_(p.get("vision_model.embeddings.class_embedding", {config.sizes.hidden_size},
                   Init::kEmbedding)),
      patches_(p.get("vision_model.embeddings.patch_embedding.weight",
                     {config.sizes.hidden_size, 3, config.patch_size, config.patch_size},
                     Init::kXavier)),
      positions_(p.get("vision_model.embeddings.position_embedding.weight",
                       {config.tokens(), config.sizes.hidden_size}, Init::kEmbedding)),
      before_(p, "vision_model.pre_layrnorm", config.sizes),
      transformer_(p, "vision_model.encoder.", config.sizes),
      after_(p, "vision_model.post_layernorm", config.sizes),
      projection_(p.get("visual_projection.weight",
                        {config.projection_dim, config.sizes.hidden_size}, Init::kXavier)) {}

Tensor ClipVisionEncoder::operator()(const Tensor& pixels) const {
  check_shape(pixels, {-1, 3, config_.image_size, config_.image_size}, "pixels");
  const Tensor patches = at::conv2d(pixels, patches_, {}, config_.patch_size);
  const Tensor whole = class_.expand({pixels.size(0), 1, -1});
  const Tensor tokens = at::cat({whole, patches.flatten(2).transpose(1, 2)}, 1);
  const Tensor seen = transformer_(before_(tokens + positions_), false);
  return at::linear(after_(seen.select(1, 0)), projection_);
}

std::shared_ptr<const ClipVisionEncoder> load_clip_vision(const TensorMap& tensors,
                                                          const ClipVisionConfig& config) {
  return network_of<ClipVisionEncoder>(Parameters::packed(clip_vision_names(tensors)), config);
}

std::shared_ptr<const ClipVisionEncoder> load_clip_vision(const ModelPack& pack,
                                                          at::Device device) {
  const PackNetwork& network = pack.network("clip_vision");
  return load_clip_vision(load_tensors(*network.weights, at::kFloat, device),
                          clip_vision_config(network.config));
}

}  // namespace portrait

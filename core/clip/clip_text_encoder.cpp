// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/clip/clip_text_encoder.h"

#include "core/base/error.h"
#include "core/clip/clip_names.h"
#include "core/nn/check_shape.h"
#include "core/nn/model_pack.h"

#include <utility>

namespace portrait {
namespace {

std::shared_ptr<const ClipTextEncoder> encoder_of(TensorMap renamed, ClipTextConfig config) {
  const auto projection = renamed.find("text_projection.weight");
  const bool has = projection != renamed.end() && projection->second.dim() == 2;
  config.projection_dim = has ? static_cast<int>(projection->second.size(0)) : 0;
  return network_of<ClipTextEncoder>(Parameters::packed(std::move(renamed)), config);
}

}  // namespace

ClipTextEncoder::ClipTextEncoder(Parameters& p, const ClipTextConfig& config)
    : config_(config),
      tokens_(p.get("text_model.embeddings.token_embedding.weight",
                    {config.vocab_size, config.sizes.hidden_size}, Init::kEmbedding)),
      positions_(p.get("text_model.embeddings.position_embedding.weight",
                       {config.max_position_embeddings, config.sizes.hidden_size},
                       Init::kEmbedding)),
      transformer_(p, "text_model.encoder.", config.sizes),
      norm_(p, "text_model.final_layer_norm", config.sizes) {
  if (config.projection_dim > 0) {
    projection_ = p.get("text_projection.weight", {config.projection_dim, config.sizes.hidden_size},
                        Init::kXavier);
  }
}

ClipTextOutput ClipTextEncoder::operator()(const Tensor& ids) const {
  check_shape(ids, {-1, -1}, "ids");
  check(at::isIntegralType(ids.scalar_type(), false) && ids.numel() > 0 &&
            ids.size(1) <= config_.max_position_embeddings,
        ErrorCode::kInternal, "The text encoder takes 1 to {} whole numbers a text, not {} of {}",
        config_.max_position_embeddings, ids.size(1), at::toString(ids.scalar_type()));
  const Tensor rows = ids.to(at::kLong);
  const auto lowest = rows.min().item<std::int64_t>();
  const auto highest = rows.max().item<std::int64_t>();
  check(lowest >= 0 && highest < config_.vocab_size, ErrorCode::kBadInput,
        "The text's tokens go from {} to {}, the text encoder's vocabulary has {}; tokenizer and "
        "encoder do not belong together",
        lowest, highest, config_.vocab_size);
  const Tensor x = at::embedding(tokens_, rows) + positions_.slice(0, 0, ids.size(1));
  ClipTextOutput out;
  out.last_hidden = norm_(transformer_(x, true));
  const Tensor places = rows.argmax(1).view({-1, 1, 1}).expand({-1, 1, x.size(2)});
  out.pooled = out.last_hidden.gather(1, places).squeeze(1);
  if (projection_.defined()) out.pooled = at::linear(out.pooled, projection_);
  return out;
}

std::shared_ptr<const ClipTextEncoder> load_text_encoder(const TensorMap& tensors,
                                                         const ClipTextConfig& config) {
  return encoder_of(clip_text_names(tensors), config);
}

std::shared_ptr<const ClipTextEncoder> load_text_encoder(const ModelPack& pack, at::Device device) {
  const PackNetwork& network = pack.network("text_encoder");
  return encoder_of(clip_text_names(load_tensors(*network.weights, at::kFloat, device)),
                    clip_text_config(network.config));
}

}  // namespace portrait

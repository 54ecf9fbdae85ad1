// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/clip/clip_names.h"

#include "core/base/error.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace portrait {
namespace {

using Pairs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

constexpr std::string_view kText = "text_model.";
constexpr std::string_view kVision = "vision_model.";
constexpr std::string_view kBlocks = "transformer.resblocks.";

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return name.starts_with(start); });
}

// Whether it is no weight of a tower.
bool is_beside(std::string_view name) {
  return name.ends_with("position_ids") || name == "logit_scale" || name == "input_resolution" ||
         name == "context_length" || name == "vocab_size";
}

// `name` with the first of the pairs that it starts with exchanged; empty when there is none.
std::string exchanged(std::string_view name, const Pairs& pairs) {
  for (const auto& [old, modern] : pairs) {
    if (name.starts_with(old)) return std::string(modern) + std::string(name.substr(old.size()));
  }
  return {};
}

// A layer of openai/CLIP, "3.attn.in_proj_weight", into a tower.
void add_block(std::string_view name, const Tensor& tensor, std::string_view tower,
               TensorMap& renamed) {
  const std::size_t dot = name.find('.');
  const std::string layer =
      std::string(tower) + "encoder.layers." + std::string(name.substr(0, dot)) + ".";
  const std::string_view rest = dot == name.npos ? std::string_view() : name.substr(dot + 1);
  const std::string_view whole = "attn.in_proj_";
  if (rest.starts_with(whole)) {
    check(tensor.dim() > 0 && tensor.size(0) % 3 == 0, ErrorCode::kCorrupt,
          "Tensor \"{}\" has no rows for queries, keys and values", name);
    const auto thirds = tensor.chunk(3);
    const std::string kind(rest.substr(whole.size()));
    for (const auto& [third, part] : {std::pair{0U, "q"}, {1U, "k"}, {2U, "v"}}) {
      renamed[layer + "self_attn." + part + "_proj." + kind] = thirds[third];
    }
    return;
  }
  const std::string modern = exchanged(rest, {{"ln_1.", "layer_norm1."},
                                              {"ln_2.", "layer_norm2."},
                                              {"attn.out_proj.", "self_attn.out_proj."},
                                              {"mlp.c_fc.", "mlp.fc1."},
                                              {"mlp.c_proj.", "mlp.fc2."}});
  renamed[layer + (modern.empty() ? std::string(rest) : modern)] = tensor;
}

// Copies a tensor to its place under transformers' names with their prefixes; those that are there
// already stay as they are.
void add_renamed(const std::string& name, const Tensor& tensor, TensorMap& renamed) {
  const std::string_view visual = "visual.";
  const bool vision = name.starts_with(visual);
  const std::string_view bare =
      vision ? std::string_view(name).substr(visual.size()) : std::string_view(name);
  if (bare.starts_with(kBlocks)) {
    add_block(bare.substr(kBlocks.size()), tensor, vision ? kVision : kText, renamed);
    return;
  }
  if (name == "visual.proj" || name == "text_projection") {
    renamed[vision ? "visual_projection.weight" : "text_projection.weight"] =
        tensor.t().contiguous();
    return;
  }
  const Pairs pairs = {
      {"visual.class_embedding", "vision_model.embeddings.class_embedding"},
      {"visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"},
      {"visual.conv1.", "vision_model.embeddings.patch_embedding."},
      {"visual.ln_pre.", "vision_model.pre_layrnorm."},
      {"visual.ln_post.", "vision_model.post_layernorm."},
      {"token_embedding.", "text_model.embeddings.token_embedding."},
      {"positional_embedding", "text_model.embeddings.position_embedding.weight"},
      {"ln_final.", "text_model.final_layer_norm."}};
  const std::string modern = exchanged(name, pairs);
  renamed[modern.empty() ? name : modern] = tensor;
}

TensorMap tower_of(const TensorMap& tensors, std::string_view tower,
                   std::initializer_list<std::string_view> bare,
                   std::initializer_list<std::string_view> others) {
  TensorMap renamed;
  for (const auto& [name, tensor] : tensors) {
    if (!is_beside(name)) add_renamed(name, tensor, renamed);
  }
  TensorMap own;
  for (const auto& [name, tensor] : renamed) {
    if (starts_with_any(name, others)) continue;
    own[starts_with_any(name, bare) ? std::string(tower) + name : name] = tensor;
  }
  return own;
}

}  // namespace

TensorMap clip_text_names(const TensorMap& tensors) {
  return tower_of(tensors, kText, {"embeddings.", "encoder.", "final_layer_norm."},
                  {kVision, "visual_projection."});
}

TensorMap clip_vision_names(const TensorMap& tensors) {
  return tower_of(tensors, kVision, {"embeddings.", "encoder.", "pre_layrnorm.", "post_layernorm."},
                  {kText, "text_projection."});
}

}  // namespace portrait

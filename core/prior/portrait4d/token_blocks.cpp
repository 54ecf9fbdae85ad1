// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/portrait4d/token_blocks.h"

#include "core/base/interruption.h"
#include "core/nn/attend.h"

#include <cmath>

namespace portrait {
namespace {

constexpr int kMlpRatio = 2;

Tensor tokens_of(const Tensor& map) {
  return map.flatten(2).transpose(1, 2);
}

// [B, N, C] -> [B heads, N, C / heads]
Tensor split_heads(const Tensor& x, int heads) {
  return x.reshape({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2).flatten(0, 1);
}

// Its inverse.
Tensor join_heads(const Tensor& x, int heads) {
  return x.view({x.size(0) / heads, heads, x.size(1), x.size(2)}).transpose(1, 2).flatten(2);
}

}  // namespace

Tensor TokenMap::map() const {
  return tokens.transpose(1, 2).reshape({tokens.size(0), tokens.size(2), height, width});
}

PatchEmbed::PatchEmbed(Parameters& parameters, const std::string& name, int in, int out)
    : project(parameters, name + ".proj", in, out, 3, 2), norm(parameters, name + ".norm", out) {}

TokenMap PatchEmbed::operator()(const Tensor& map) const {
  const Tensor patches = project(map);
  return {norm(tokens_of(patches)), patches.size(2), patches.size(3)};
}

TokenAttention::TokenAttention(Parameters& parameters, const std::string& name, int width,
                               int heads, int reduction)
    : heads_(heads),
      reduction_(reduction),
      queries_(parameters, name + ".q", width, width),
      keys_values_(parameters, name + ".kv", width, 2 * width),
      out_(parameters, name + ".proj", width, width) {
  if (reduction_ == 1) return;
  reduce_ = Conv2d(parameters, name + ".sr", width, width, reduction_, reduction_);
  norm_ = LayerNorm(parameters, name + ".norm", width);
}

Tensor TokenAttention::reduced(const TokenMap& x) const {
  if (reduction_ == 1) return x.tokens;
  return norm_(tokens_of(reduce_.padded(x.map(), 0)));
}

Tensor TokenAttention::operator()(const TokenMap& x) const {
  interruption_point();
  const std::int64_t width = x.tokens.size(2);
  const Tensor both = keys_values_(reduced(x));
  const Tensor mixed =
      attend(split_heads(queries_(x.tokens), heads_), split_heads(both.narrow(2, 0, width), heads_),
             split_heads(both.narrow(2, width, width), heads_),
             1 / std::sqrt(static_cast<double>(width / heads_)));
  return out_(join_heads(mixed, heads_));
}

TokenMlp::TokenMlp(Parameters& parameters, const std::string& name, int width)
    : expand_(parameters, name + ".fc1", width, kMlpRatio * width),
      mix_(parameters.get(name + ".dwconv.dwconv.weight", {kMlpRatio * width, 1, 3, 3}, Init::kHe)),
      mix_bias_(parameters.get(name + ".dwconv.dwconv.bias", {kMlpRatio * width}, Init::kZeros)),
      contract_(parameters, name + ".fc2", kMlpRatio * width, width) {}

Tensor TokenMlp::operator()(const TokenMap& x) const {
  interruption_point();
  const Tensor inner = TokenMap{expand_(x.tokens), x.height, x.width}.map();
  const Tensor mixed =
      at::conv2d(inner, mix_, mix_bias_, /*stride=*/1, /*padding=*/1, /*dilation=*/1,
                 /*groups=*/mix_.size(0));
  return contract_(at::gelu(tokens_of(mixed)));
}

TokenBlock::TokenBlock(Parameters& parameters, const std::string& name,
                       const TokenBlockNames& names, int width, int heads, int reduction)
    : norm_of_attention_(parameters, name + ".norm1", width),
      attention_(parameters, name + "." + names.attention, width, heads, reduction),
      norm_of_mlp_(parameters, name + "." + names.norm_of_mlp, width),
      mlp_(parameters, name + ".mlp", width) {}

void TokenBlock::apply(TokenMap& x) const {
  x.tokens = x.tokens + attention_({norm_of_attention_(x.tokens), x.height, x.width});
  x.tokens = x.tokens + mlp_({norm_of_mlp_(x.tokens), x.height, x.width});
}

}  // namespace portrait

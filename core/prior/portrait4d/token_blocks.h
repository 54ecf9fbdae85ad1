// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv2d.h"
#include "core/nn/parameters.h"
#include "core/nn/torch.h"

#include <cstdint>
#include <string>

namespace portrait {

// Tokens of a map: [B, height * width, C], row by row.
struct TokenMap {
  Tensor tokens;
  std::int64_t height = 0;
  std::int64_t width = 0;

  Tensor map() const;  // [B, C, height, width]
};

// SegFormer's overlapping patches (Xie et al., NeurIPS 2021): a 3 x 3 convolution of stride 2, then
// a normalisation of each token. "NAME.proj", "NAME.norm".
struct PatchEmbed {
  Conv2d project;
  LayerNorm norm;

  PatchEmbed() = default;
  PatchEmbed(Parameters& parameters, const std::string& name, int in, int out);
  TokenMap operator()(const Tensor& map) const;  // [B, in, H, W]
};

// Attention of all tokens to all, or to those of a map that a convolution of stride `reduction`
// makes of them. "NAME.q", "NAME.kv" (keys, then values), "NAME.proj"; "NAME.sr", "NAME.norm".
class TokenAttention {
 public:
  TokenAttention() = default;
  TokenAttention(Parameters& parameters, const std::string& name, int width, int heads,
                 int reduction);
  Tensor operator()(const TokenMap& x) const;

 private:
  Tensor reduced(const TokenMap& x) const;

  int heads_ = 1;
  int reduction_ = 1;
  Linear queries_;
  Linear keys_values_;
  Linear out_;
  Conv2d reduce_;
  LayerNorm norm_;
};

// "NAME.fc1", a 3 x 3 convolution of each channel by itself over the token map, GELU, "NAME.fc2";
// twice as wide inside.
class TokenMlp {
 public:
  TokenMlp() = default;
  TokenMlp(Parameters& parameters, const std::string& name, int width);
  Tensor operator()(const TokenMap& x) const;

 private:
  Linear expand_;
  Tensor mix_;       // [2 width, 1, 3, 3]
  Tensor mix_bias_;  // [2 width]
  Linear contract_;
};

// What the parts of a block are called in the file.
struct TokenBlockNames {
  const char* attention;
  const char* norm_of_mlp;
};

// x += attention(norm1(x)); x += mlp(norm(x)).
class TokenBlock {
 public:
  TokenBlock(Parameters& parameters, const std::string& name, const TokenBlockNames& names,
             int width, int heads, int reduction = 1);
  void apply(TokenMap& x) const;

 private:
  LayerNorm norm_of_attention_;
  TokenAttention attention_;
  LayerNorm norm_of_mlp_;
  TokenMlp mlp_;
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/parameters.h"
#include "core/nn/torch.h"

#include <string>
#include <vector>

namespace portrait {

// Attention of diffusers with several heads: to_q, to_k and to_v without bias, to_out.0 with one;
// scores are scaled by the root of a head's width.
class MultiHeadAttention {
 public:
  MultiHeadAttention() = default;
  // `channels` is a multiple of `heads`; keys and values are made of tokens `context_width` wide.
  MultiHeadAttention(Parameters& parameters, const std::string& name, int channels, int heads,
                     int context_width);
  // tokens [B, N, C], context [B, M, context_width] -> [B, N, C]
  Tensor operator()(const Tensor& tokens, const Tensor& context) const;

 private:
  int heads_ = 1;
  Tensor queries_;
  Tensor keys_;
  Tensor values_;
  Linear out_;
};

// BasicTransformerBlock of diffusers, each part added to its input: norm1, attention among the
// tokens (attn1); norm2, attention to the context (attn2); norm3, a feed-forward part four times as
// wide with a GELU gate (Shazeer, 2020; ff.net.0.proj gives what passes, then the gate).
class TransformerBlock {
 public:
  TransformerBlock() = default;
  TransformerBlock(Parameters& parameters, const std::string& name, int channels, int heads,
                   int context_width);
  Tensor operator()(Tensor tokens, const Tensor& context) const;

 private:
  LayerNorm norm1_;
  MultiHeadAttention among_;
  LayerNorm norm2_;
  MultiHeadAttention across_;
  LayerNorm norm3_;
  Linear widen_;
  Linear narrow_;
};

struct TransformerSizes {
  int channels = 0;
  int heads = 8;
  int context_width = 768;
  int layers = 1;
  int groups = 32;
  bool linear_projection = false;  // proj_in and proj_out are stored as matrices, not 1 x 1 kernels
};

// Transformer2DModel of diffusers: norm, proj_in, the transformer blocks over all places of the map
// as tokens, proj_out, + x. Fresh, it passes its input on.
class Transformer2D {
 public:
  Transformer2D() = default;
  Transformer2D(Parameters& parameters, const std::string& name, const TransformerSizes& sizes);
  // x [B, C, H, W], context [B, M, context_width] -> [B, C, H, W]
  Tensor operator()(const Tensor& x, const Tensor& context) const;

 private:
  Tensor answer(const Tensor& x, const Tensor& context) const;
  // A linear layer over tokens, whichever way its weights are stored.
  struct Projection {
    Tensor weight;  // [C, C] or [C, C, 1, 1]
    Tensor bias;

    Projection() = default;
    Projection(Parameters& parameters, const std::string& name, int channels, bool matrix,
               Init init);
    Tensor operator()(const Tensor& tokens) const;
  };

  GroupNorm norm_;
  Projection in_;
  std::vector<TransformerBlock> blocks_;
  Projection out_;
};

}  // namespace portrait

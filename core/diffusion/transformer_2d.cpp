// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/transformer_2d.h"

#include "core/base/interruption.h"
#include "core/nn/attend.h"
#include "core/nn/check_shape.h"
#include "core/nn/gradient_checkpoint.h"

#include <cmath>

namespace portrait {
namespace {

constexpr double kNormEps = 1e-6;

Tensor by(const Tensor& weight, const Tensor& x) {
  return at::linear(x, weight.to(x.scalar_type()));
}

// [B, N, heads D] -> [B heads, N, D]
Tensor split_heads(const Tensor& x, int heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2).flatten(0, 1);
}

}  // namespace

MultiHeadAttention::MultiHeadAttention(Parameters& p, const std::string& name, int channels,
                                       int heads, int context_width)
    : heads_(heads),
      queries_(p.get(name + ".to_q.weight", {channels, channels}, Init::kXavier)),
      keys_(p.get(name + ".to_k.weight", {channels, context_width}, Init::kXavier)),
      values_(p.get(name + ".to_v.weight", {channels, context_width}, Init::kXavier)),
      out_(p, name + ".to_out.0", channels, channels) {}

Tensor MultiHeadAttention::operator()(const Tensor& tokens, const Tensor& context) const {
  check_shape(context, {tokens.size(0), -1, keys_.size(1)}, "context");
  const double width = double(queries_.size(0)) / heads_;
  const Tensor mixed =
      attend(split_heads(by(queries_, tokens), heads_), split_heads(by(keys_, context), heads_),
             split_heads(by(values_, context), heads_), 1 / std::sqrt(width));
  return out_(mixed.unflatten(0, {tokens.size(0), heads_}).transpose(1, 2).flatten(2));
}

TransformerBlock::TransformerBlock(Parameters& p, const std::string& name, int channels, int heads,
                                   int context_width)
    : norm1_(p, name + ".norm1", channels),
      among_(p, name + ".attn1", channels, heads, channels),
      norm2_(p, name + ".norm2", channels),
      across_(p, name + ".attn2", channels, heads, context_width),
      norm3_(p, name + ".norm3", channels),
      widen_(p, name + ".ff.net.0.proj", channels, 8 * channels),
      narrow_(p, name + ".ff.net.2", 4 * channels, channels) {}

Tensor TransformerBlock::operator()(Tensor tokens, const Tensor& context) const {
  const Tensor normed = norm1_(tokens);
  tokens = tokens + among_(normed, normed);
  tokens = tokens + across_(norm2_(tokens), context);
  const std::vector<Tensor> parts = widen_(norm3_(tokens)).chunk(2, -1);
  return tokens + narrow_(parts[0] * at::gelu(parts[1]));
}

Transformer2D::Projection::Projection(Parameters& p, const std::string& name, int channels,
                                      bool matrix, Init init) {
  std::vector<std::int64_t> shape = {channels, channels};
  if (!matrix) shape.insert(shape.end(), {1, 1});
  weight = p.get(name + ".weight", shape, init);
  bias = p.get(name + ".bias", {channels}, Init::kZeros);
}

Tensor Transformer2D::Projection::operator()(const Tensor& tokens) const {
  return at::linear(tokens, weight.flatten(1).to(tokens.scalar_type()),
                    bias.to(tokens.scalar_type()));
}

Transformer2D::Transformer2D(Parameters& p, const std::string& name, const TransformerSizes& s)
    : norm_(p, name + ".norm", s.channels, s.groups, kNormEps),
      in_(p, name + ".proj_in", s.channels, s.linear_projection, Init::kXavier) {
  for (int i = 0; i < s.layers; ++i) {
    blocks_.emplace_back(p, name + ".transformer_blocks." + std::to_string(i), s.channels, s.heads,
                         s.context_width);
  }
  out_ = Projection(p, name + ".proj_out", s.channels, s.linear_projection, Init::kZeros);
}

Tensor Transformer2D::operator()(const Tensor& x, const Tensor& context) const {
  return at_checkpoint(
      [this](const std::vector<Tensor>& inputs) { return answer(inputs[0], inputs[1]); },
      {x, context});
}

Tensor Transformer2D::answer(const Tensor& x, const Tensor& context) const {
  interruption_point();
  Tensor tokens = in_(norm_(x).flatten(2).transpose(1, 2));
  for (const TransformerBlock& block : blocks_) tokens = block(tokens, context);
  return x + out_(tokens).transpose(1, 2).unflatten(2, {x.size(2), x.size(3)});
}

}  // namespace portrait

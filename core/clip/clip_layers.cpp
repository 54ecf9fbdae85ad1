// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/clip/clip_layers.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace portrait {

ClipNorm::ClipNorm(Parameters& parameters, const std::string& name, const ClipTowerSizes& sizes)
    : norm(parameters, name, sizes.hidden_size), eps(sizes.layer_norm_eps) {}

Tensor ClipNorm::operator()(const Tensor& x) const {
  return at::layer_norm(x, {norm.weight.size(0)}, norm.weight, norm.bias, eps);
}

ClipTransformer::ClipTransformer(Parameters& p, const std::string& name,
                                 const ClipTowerSizes& sizes)
    : sizes_(sizes) {
  const int width = sizes.hidden_size;
  for (int i = 0; i < sizes.num_hidden_layers; ++i) {
    const std::string layer = fmt::format("{}layers.{}.", name, i);
    const std::string attention = layer + "self_attn.";
    // One by one: the order of construction is the order of the list of names.
    Layer made;
    made.norm1 = ClipNorm(p, layer + "layer_norm1", sizes);
    made.queries = Linear(p, attention + "q_proj", width, width);
    made.keys = Linear(p, attention + "k_proj", width, width);
    made.values = Linear(p, attention + "v_proj", width, width);
    made.out = Linear(p, attention + "out_proj", width, width);
    made.norm2 = ClipNorm(p, layer + "layer_norm2", sizes);
    made.fc1 = Linear(p, layer + "mlp.fc1", width, sizes.intermediate_size);
    made.fc2 = Linear(p, layer + "mlp.fc2", sizes.intermediate_size, width);
    layers_.push_back(std::move(made));
  }
}

Tensor ClipTransformer::attention(const Layer& layer, const Tensor& x, const Tensor& mask) const {
  const std::int64_t heads = sizes_.num_attention_heads;
  const auto split = [&](const Tensor& tokens) {  // [B, T, D] -> [B, heads, T, D / heads]
    return tokens.view({x.size(0), x.size(1), heads, -1}).transpose(1, 2);
  };
  const double scale = 1 / std::sqrt(static_cast<double>(x.size(2) / heads));
  Tensor scores = at::matmul(split(layer.queries(x) * scale), split(layer.keys(x)).transpose(2, 3));
  if (mask.defined()) scores = scores + mask;
  const Tensor mixed = at::matmul(at::softmax(scores, -1), split(layer.values(x)));
  return layer.out(mixed.transpose(1, 2).reshape(x.sizes()));
}

Tensor ClipTransformer::operator()(Tensor x, bool causal) const {
  Tensor mask;
  if (causal) {
    mask = at::full({x.size(1), x.size(1)}, -std::numeric_limits<double>::infinity(), x.options())
               .triu(1);
  }
  for (const Layer& layer : layers_) {
    x = x + attention(layer, layer.norm1(x), mask);
    const Tensor inner = layer.fc1(layer.norm2(x));
    x = x + layer.fc2(sizes_.quick_gelu ? inner * at::sigmoid(1.702 * inner) : at::gelu(inner));
  }
  return x;
}

}  // namespace portrait

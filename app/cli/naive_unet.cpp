// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/naive_unet.h"

#include "core/diffusion/time_embedding.h"

#include <cmath>
#include <string>
#include <vector>

namespace portrait::cli {
namespace {

std::string at_index(const std::string& name, int index) {
  return name + "." + std::to_string(index);
}

}  // namespace

Tensor NaiveUNet::bias(const std::string& name) const {
  const auto found = tensors_.find(name + ".bias");
  return found == tensors_.end() ? Tensor() : found->second;
}

Tensor NaiveUNet::convolution(const std::string& name, const Tensor& x, int stride) const {
  const Tensor kernel = weight(name);
  return at::conv2d(x, kernel, bias(name), stride, kernel.size(2) / 2);
}

Tensor NaiveUNet::linear(const std::string& name, const Tensor& x) const {
  return at::linear(x, weight(name), bias(name));
}

Tensor NaiveUNet::norm_silu(const std::string& name, const Tensor& x) const {
  const UNetSizes& sizes = config_.sizes;
  return at::silu(at::group_norm(x, sizes.norm_num_groups, weight(name), bias(name), sizes.norm_eps));
}

Tensor NaiveUNet::block(const std::string& name, const Tensor& x, const Tensor& time) const {
  Tensor y = convolution(name + ".conv1", norm_silu(name + ".norm1", x));
  y = y + linear(name + ".time_emb_proj", at::silu(time)).unsqueeze(-1).unsqueeze(-1);
  y = convolution(name + ".conv2", norm_silu(name + ".norm2", y));
  const bool widens = tensors_.count(name + ".conv_shortcut.weight") != 0;
  return y + (widens ? convolution(name + ".conv_shortcut", x) : x);
}

Tensor NaiveUNet::attention(const std::string& name, const Tensor& tokens, const Tensor& context,
                            int heads) const {
  const auto split = [&](const Tensor& x) {
    return x.view({x.size(0), x.size(1), heads, x.size(2) / heads})
        .transpose(1, 2)
        .reshape({x.size(0) * heads, x.size(1), x.size(2) / heads});
  };
  const Tensor queries = split(linear(name + ".to_q", tokens));
  const Tensor keys = split(linear(name + ".to_k", context));
  const Tensor values = split(linear(name + ".to_v", context));
  const double scale = 1 / std::sqrt(double(queries.size(2)));
  const Tensor scores = at::softmax(at::bmm(queries, keys.transpose(1, 2)) * scale, -1);
  const Tensor mixed = at::bmm(scores, values)
                           .view({tokens.size(0), heads, tokens.size(1), queries.size(2)})
                           .transpose(1, 2)
                           .reshape(tokens.sizes());
  return linear(name + ".to_out.0", mixed);
}

Tensor NaiveUNet::transformer(const std::string& name, const Tensor& x, const Tensor& context,
                              int heads) const {
  constexpr double kNormEps = 1e-6;
  const auto layer_norm = [&](const std::string& of, const Tensor& tokens) {
    return at::layer_norm(tokens, {tokens.size(2)}, weight(of), bias(of));
  };
  const auto projection = [&](const std::string& of, const Tensor& tokens) {
    return at::linear(tokens, weight(of).flatten(1), bias(of));
  };
  const Tensor normed = at::group_norm(x, config_.sizes.norm_num_groups, weight(name + ".norm"),
                                       bias(name + ".norm"), kNormEps);
  Tensor tokens = projection(name + ".proj_in", normed.flatten(2).transpose(1, 2));
  for (int i = 0; i < config_.attention.transformer_layers_per_block; ++i) {
    const std::string block = at_index(name + ".transformer_blocks", i);
    Tensor y = layer_norm(block + ".norm1", tokens);
    tokens = tokens + attention(block + ".attn1", y, y, heads);
    y = layer_norm(block + ".norm2", tokens);
    tokens = tokens + attention(block + ".attn2", y, context, heads);
    y = linear(block + ".ff.net.0.proj", layer_norm(block + ".norm3", tokens));
    const std::vector<Tensor> halves = y.chunk(2, -1);
    tokens = tokens + linear(block + ".ff.net.2", halves[0] * at::gelu(halves[1]));
  }
  return x + projection(name + ".proj_out", tokens).transpose(1, 2).reshape(x.sizes());
}

Tensor NaiveUNet::operator()(const Tensor& latents, const Tensor& t, const Tensor& context) const {
  const UNetSizes& sizes = config_.sizes;
  const auto heads = [&](int level) { return config_.attention.heads[std::size_t(level)]; };
  const Tensor waves =
      sinusoids(t, sizes.block_out_channels.front(), sizes.flip_sin_to_cos, sizes.freq_shift);
  const Tensor time =
      linear("time_embedding.linear_2", at::silu(linear("time_embedding.linear_1", waves)));
  const auto step = [&](const std::string& part, int level, int i, const Tensor& x) {
    const Tensor y = block(at_index(part + ".resnets", i), x, time);
    if (!config_.attention.levels[std::size_t(level)]) return y;
    return transformer(at_index(part + ".attentions", i), y, context, heads(level));
  };
  const int last = sizes.levels() - 1;
  Tensor x = convolution("conv_in", latents);
  std::vector<Tensor> joined = {x};
  for (int level = 0; level <= last; ++level) {
    const std::string part = at_index("down_blocks", level);
    for (int i = 0; i < sizes.layers_per_block; ++i) {
      x = step(part, level, i, x);
      joined.push_back(x);
    }
    if (level == last) break;
    x = convolution(part + ".downsamplers.0.conv", x, 2);
    joined.push_back(x);
  }
  x = block("mid_block.resnets.0", x, time);
  if (config_.attention.middle) {
    x = transformer("mid_block.attentions.0", x, context, heads(last));
  }
  x = block("mid_block.resnets.1", x, time);
  for (int level = last; level >= 0; --level) {
    const std::string part = at_index("up_blocks", last - level);
    for (int i = 0; i <= sizes.layers_per_block; ++i) {
      x = step(part, level, i, at::cat({x, joined.back()}, 1));
      joined.pop_back();
    }
    if (level == 0) break;
    x = convolution(part + ".upsamplers.0.conv",
                    at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}));
  }
  return convolution("conv_out", norm_silu("conv_norm_out", x));
}

}  // namespace portrait::cli

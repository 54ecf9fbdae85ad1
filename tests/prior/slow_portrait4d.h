// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include "core/nn/torch_safetensors.h"
#include "core/prior/portrait4d/config.h"
#include "core/prior/portrait4d/token_blocks.h"
#include "tests/prior/slow_layers.h"

#include <string>
#include <utility>
#include <vector>

namespace portrait {

// The parts of a network from their tensors, one number after another.
struct SlowNetwork {
  TensorMap tensors;
  Portrait4DConfig config;

  Tensor of(const std::string& name) const { return tensors.at(name); }
  Tensor conv(const Tensor& x, const std::string& name, slow::ConvOptions options) const {
    const auto bias = tensors.find(name + ".bias");
    return slow::convolve(x, of(name + ".weight"), bias == tensors.end() ? Tensor() : bias->second,
                          options);
  }
  Tensor plain(const Tensor& x, const std::string& name) const {
    return conv(x, name, {1, 1, 1, false});
  }
  Tensor linear(const Tensor& x, const std::string& name) const {
    return slow::linear(x, of(name + ".weight"), of(name + ".bias"));
  }
  Tensor norm(const Tensor& x, const std::string& name) const {
    return slow::layer_norm(x, of(name + ".weight"), of(name + ".bias"));
  }

  Tensor basic(const Tensor& x, const std::string& name, std::int64_t stride,
               std::int64_t dilation) const {
    const Tensor inner =
        slow::leaky(conv(x, name + ".conv1", {stride, dilation, dilation, false}), 0);
    const Tensor shortcut = tensors.count(name + ".downsample.0.weight") != 0
                                ? conv(x, name + ".downsample.0", {stride, 0, 1, false})
                                : x;
    return slow::leaky(conv(inner, name + ".conv2", {1, dilation, dilation, false}) + shortcut, 0);
  }

  Tensor pyramid(const Tensor& x, const std::string& name) const {
    std::vector<Tensor> parts = {slow::leaky(conv(x, name + ".convs.0.0", {}), 0)};
    for (int i = 1; i <= 3; ++i) {
      const std::string part = name + ".convs." + std::to_string(i) + ".0";
      parts.push_back(slow::leaky(conv(x, part, {1, 12 * i, 12 * i, false}), 0));
    }
    const Tensor whole = conv(x.mean({1, 2}, true), name + ".convs.4.1", {});
    parts.push_back(slow::leaky(whole, 0).expand({-1, x.size(1), x.size(2)}));
    return slow::leaky(conv(at::cat(parts).contiguous(), name + ".project.0", {}), 0);
  }

  Tensor global(const Tensor& photo) const {
    Tensor x =
        slow::pooled(slow::leaky(conv(photo, "encoder_global.encoder.conv1", {2, 3, 1, false}), 0));
    const std::int64_t strides[] = {1, 2, 1, 1};
    const std::int64_t dilations[] = {1, 1, 2, 4};
    for (std::size_t s = 0; s < 4; ++s) {
      for (int i = 0; i < config.global_blocks[s]; ++i) {
        x = basic(x,
                  "encoder_global.encoder.layer" + std::to_string(s + 1) + "." + std::to_string(i),
                  i == 0 ? strides[s] : 1, dilations[s]);
      }
    }
    return slow::leaky(plain(pyramid(x, "encoder_global.decoder.0"), "encoder_global.decoder.1"),
                       0);
  }

  Tensor detail(const Tensor& photo) const {
    Tensor x = slow::leaky(conv(photo, "encoder_detail.encoder.0", {2, 3, 1, false}), 0.01);
    for (const char* number : {"2", "4", "6", "8"}) {
      x = slow::leaky(plain(x, std::string("encoder_detail.encoder.") + number), 0.01);
    }
    return x;
  }

  // x [N,C] over a map of that height.
  Tensor block(Tensor x, std::int64_t height, const std::string& name, const TokenBlockNames& names,
               std::int64_t heads, bool reduces) const {
    const std::string attention = name + "." + names.attention;
    const Tensor before = norm(x, name + ".norm1");
    Tensor seen = before;
    if (reduces) {
      seen = norm(
          slow::tokens_of(conv(slow::map_of(before, height), attention + ".sr", {2, 0, 1, false})),
          attention + ".norm");
    }
    x = x + linear(slow::attention(linear(before, attention + ".q"),
                                   linear(seen, attention + ".kv"), heads),
                   attention + ".proj");
    const Tensor inner =
        slow::map_of(linear(norm(x, name + "." + names.norm_of_mlp), name + ".mlp.fc1"), height);
    const Tensor mixed = conv(inner, name + ".mlp.dwconv.dwconv", {1, 1, 1, true});
    return x + linear(slow::gelu(slow::tokens_of(mixed)), name + ".mlp.fc2");
  }

  Tensor embed(const Tensor& x, const std::string& name, std::int64_t& height) const {
    const Tensor map = conv(x, name + ".proj", {2, 1, 1, false});
    height = map.size(1);
    return norm(slow::tokens_of(map), name + ".norm");
  }

  Tensor canonical(const Tensor& context) const {
    const std::string name = "encoder_canonical.";
    std::int64_t height = 0;
    Tensor x = embed(context, name + "patch_embed", height);
    for (const auto& [group, count] : {std::pair{"trans_blocks_neutral.", config.neutral_blocks},
                                       std::pair{"trans_blocks_motion.", config.motion_blocks}}) {
      for (int i = 0; i < count; ++i) {
        x = block(x, height, name + group + std::to_string(i), {"attn1", "norm3"},
                  config.canonical_heads, false);
      }
    }
    Tensor map = slow::shuffled(slow::map_of(x, height));
    map = slow::leaky(plain(slow::enlarged(map), name + "convs.1"), 0);
    map = slow::leaky(plain(slow::enlarged(map), name + "convs.4"), 0);
    return plain(map, name + "convs.6");
  }

  Tensor planes(const Tensor& photo) const {
    const std::string name = "generator_triplane.";
    const Tensor rest = canonical(global(photo));
    Tensor x = at::cat({rest, detail(photo)}).contiguous();
    for (const char* part : {"convs1.0", "convs1.2"}) x = slow::leaky(plain(x, name + part), 0.01);
    std::int64_t height = 0;
    const Tensor tokens = embed(x, name + "patch_embed", height);
    const Tensor mixed = block(tokens, height, name + "trans_blocks.0", {"attn", "norm2"},
                               config.generator_heads, true);
    x = at::cat({slow::shuffled(slow::map_of(mixed, height)), rest}).contiguous();
    for (const char* part : {"convs2.0", "convs2.2", "convs2.4"}) {
      x = slow::leaky(plain(x, name + part), 0.01);
    }
    return plain(x, name + "conv_last");
  }
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/portrait4d/plane_makers.h"

#include "core/base/interruption.h"
#include "core/prior/portrait4d/layers.h"

namespace portrait {
namespace {

constexpr int kChannels = kPortrait4DPlaneChannels;
constexpr int kKeyReduction = 2;

Tensor twice_as_large(const Tensor& x) {
  return at::upsample_bilinear2d(x, {2 * x.size(2), 2 * x.size(3)}, /*align_corners=*/true);
}

std::vector<TokenBlock> canonical_blocks(Parameters& parameters, const Portrait4DConfig& config) {
  std::vector<TokenBlock> blocks;
  const auto add = [&](const std::string& group, int count) {
    for (int i = 0; i < count; ++i) {
      blocks.emplace_back(parameters, "encoder_canonical." + group + "." + std::to_string(i),
                          TokenBlockNames{"attn1", "norm3"}, config.token_width,
                          config.canonical_heads);
    }
  };
  add("trans_blocks_neutral", config.neutral_blocks);
  add("trans_blocks_motion", config.motion_blocks);
  return blocks;
}

}  // namespace

DetailEncoder::DetailEncoder(Parameters& parameters, const Portrait4DConfig& config) {
  const std::string name = "encoder_detail.encoder.";
  convs_.emplace_back(parameters, name + "0", 5, config.detail_width, 7, 2);
  convs_.emplace_back(parameters, name + "2", config.detail_width, kChannels, 3);
  for (const char* number : {"4", "6", "8"}) {
    convs_.emplace_back(parameters, name + number, kChannels, kChannels, 3);
  }
}

Tensor DetailEncoder::operator()(const Tensor& photo) const {
  Tensor x = photo;
  for (const Conv2d& conv : convs_) {
    interruption_point();
    x = slightly_leaky(conv(x));
  }
  return x;
}

CanonicalEncoder::CanonicalEncoder(Parameters& parameters, const Portrait4DConfig& config)
    : embed_(parameters, "encoder_canonical.patch_embed", config.context_width, config.token_width),
      blocks_(canonical_blocks(parameters, config)),
      convs_{
          Conv2d(parameters, "encoder_canonical.convs.1", config.token_width / 4,
                 config.canonical_width, 3),
          Conv2d(parameters, "encoder_canonical.convs.4", config.canonical_width,
                 config.canonical_width, 3),
          Conv2d(parameters, "encoder_canonical.convs.6", config.canonical_width, kChannels, 3)} {}

Tensor CanonicalEncoder::operator()(const Tensor& context) const {
  TokenMap tokens = embed_(context);
  for (const TokenBlock& block : blocks_) block.apply(tokens);
  Tensor x = at::pixel_shuffle(tokens.map(), 2);
  x = at::relu(convs_[0](twice_as_large(x)));
  interruption_point();
  x = at::relu(convs_[1](twice_as_large(x)));
  interruption_point();
  return convs_[2](x);
}

PlaneGenerator::PlaneGenerator(Parameters& parameters, const Portrait4DConfig& config)
    : join_{Conv2d(parameters, "generator_triplane.convs1.0", 2 * kChannels, config.generator_width,
                   3),
            Conv2d(parameters, "generator_triplane.convs1.2", config.generator_width,
                   config.generator_width / 2, 3)},
      embed_(parameters, "generator_triplane.patch_embed", config.generator_width / 2,
             config.token_width),
      block_(parameters, "generator_triplane.trans_blocks.0", {"attn", "norm2"}, config.token_width,
             config.generator_heads, kKeyReduction),
      refine_{Conv2d(parameters, "generator_triplane.convs2.0", config.token_width / 4 + kChannels,
                     config.generator_width, 3),
              Conv2d(parameters, "generator_triplane.convs2.2", config.generator_width,
                     config.generator_width / 2, 3),
              Conv2d(parameters, "generator_triplane.convs2.4", config.generator_width / 2,
                     config.generator_width / 2, 3)},
      out_(parameters, "generator_triplane.conv_last", config.generator_width / 2, kChannels, 3) {}

Tensor PlaneGenerator::operator()(const Tensor& canonical, const Tensor& detail) const {
  Tensor x = at::cat({canonical, detail}, 1);
  for (const Conv2d& conv : join_) {
    interruption_point();
    x = slightly_leaky(conv(x));
  }
  TokenMap tokens = embed_(x);
  block_.apply(tokens);
  x = at::cat({at::pixel_shuffle(tokens.map(), 2), canonical}, 1);
  for (const Conv2d& conv : refine_) {
    interruption_point();
    x = slightly_leaky(conv(x));
  }
  return out_(x);
}

}  // namespace portrait

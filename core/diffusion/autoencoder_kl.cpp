// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/autoencoder_kl.h"

#include "core/base/interruption.h"
#include "core/nn/check_shape.h"

#include <string>

namespace portrait {
namespace {

constexpr double kEps = 1e-6;

std::string numbered(const std::string& name, std::size_t number) {
  return name + "." + std::to_string(number);
}

Tensor channels_last(const Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

// `count` blocks, the first of which changes the channels.
std::vector<ResnetBlock> blocks_of(Parameters& p, const std::string& name, int count, int in,
                                   int out, int groups) {
  std::vector<ResnetBlock> blocks;
  for (int i = 0; i < count; ++i) {
    blocks.emplace_back(p, numbered(name + ".resnets", std::size_t(i)),
                        ResnetSizes{i == 0 ? in : out, out, groups, kEps, 0});
  }
  return blocks;
}

}  // namespace

Tensor Posterior::sample(const Tensor& noise) const {
  check_shape(noise, {mean.size(0), mean.size(1), mean.size(2), mean.size(3)}, "noise");
  return mean + at::exp(logvar * 0.5) * noise;
}

AutoencoderKL::AutoencoderKL(Parameters& parameters, const AutoencoderConfig& config)
    : config_(config) {
  build_encoder(parameters);
  const int latents = config.latent_channels;
  if (config.use_quant_conv) {
    quant_.emplace(parameters, "quant_conv", 2 * latents, 2 * latents, 1, 1, Init::kXavier);
  }
  if (config.use_post_quant_conv) {
    post_quant_.emplace(parameters, "post_quant_conv", latents, latents, 1, 1, Init::kXavier);
  }
  build_decoder(parameters);
}

AutoencoderKL::Middle AutoencoderKL::middle(Parameters& p, const std::string& name) const {
  const int channels = config_.block_out_channels.back();
  const int groups = config_.norm_num_groups;
  const ResnetSizes sizes{channels, channels, groups, kEps, 0};
  Middle made;
  made.first = ResnetBlock(p, name + ".resnets.0", sizes);
  if (config_.mid_block_add_attention) {
    made.attention.emplace(p, name + ".attentions.0", channels, groups, kEps);
  }
  made.second = ResnetBlock(p, name + ".resnets.1", sizes);
  return made;
}

void AutoencoderKL::build_encoder(Parameters& p) {
  const std::vector<int>& widths = config_.block_out_channels;
  const int groups = config_.norm_num_groups;
  const int patch = config_.patch_size;
  encoder_in_ = Conv2d(p, "encoder.conv_in", config_.in_channels * patch * patch, widths.front(), 3,
                       1, Init::kXavier);
  int in = widths.front();
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string name = numbered("encoder.down_blocks", i);
    Level level;
    level.blocks = blocks_of(p, name, config_.layers_per_block, in, widths[i], groups);
    if (i + 1 < widths.size()) {
      level.down.emplace(p, name + ".downsamplers.0", widths[i], DownPadding::kRightAndBottom);
    }
    encoder_levels_.push_back(std::move(level));
    in = widths[i];
  }
  encoder_middle_ = middle(p, "encoder.mid_block");
  encoder_norm_ = GroupNorm(p, "encoder.conv_norm_out", in, groups, kEps);
  encoder_out_ =
      Conv2d(p, "encoder.conv_out", in, 2 * config_.latent_channels, 3, 1, Init::kXavier);
}

void AutoencoderKL::build_decoder(Parameters& p) {
  const std::vector<int> widths(config_.block_out_channels.rbegin(),
                                config_.block_out_channels.rend());
  const int groups = config_.norm_num_groups;
  decoder_in_ =
      Conv2d(p, "decoder.conv_in", config_.latent_channels, widths.front(), 3, 1, Init::kXavier);
  decoder_middle_ = middle(p, "decoder.mid_block");
  int in = widths.front();
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string name = numbered("decoder.up_blocks", i);
    Level level;
    level.blocks = blocks_of(p, name, config_.layers_per_block + 1, in, widths[i], groups);
    if (i + 1 < widths.size()) level.up.emplace(p, name + ".upsamplers.0", widths[i]);
    decoder_levels_.push_back(std::move(level));
    in = widths[i];
  }
  decoder_norm_ = GroupNorm(p, "decoder.conv_norm_out", in, groups, kEps);
  const int patch = config_.patch_size;
  decoder_out_ = Conv2d(p, "decoder.conv_out", in, config_.out_channels * patch * patch, 3, 1,
                        Init::kXavier);
}

Tensor AutoencoderKL::Middle::operator()(const Tensor& x) const {
  const Tensor y = first(x);
  return second(attention ? (*attention)(y) : y);
}

Tensor AutoencoderKL::Level::operator()(Tensor x) const {
  for (const ResnetBlock& block : blocks) x = block(x);
  interruption_point();
  if (down) x = (*down)(x);
  if (up) x = (*up)(x);
  return x;
}

Posterior AutoencoderKL::encode(const Tensor& picture) const {
  check_shape(picture, {-1, config_.in_channels, -1, -1}, "picture");
  const int reduction = config_.reduction();
  check(picture.size(2) % reduction == 0 && picture.size(3) % reduction == 0, ErrorCode::kInternal,
        "A picture of {} x {} was to be encoded; the sides must be multiples of {}",
        picture.size(3), picture.size(2), reduction);
  const int patch = config_.patch_size;
  Tensor x = encoder_in_(channels_last(patch > 1 ? at::pixel_unshuffle(picture, patch) : picture));
  for (const Level& level : encoder_levels_) x = level(x);
  x = encoder_out_(norm_silu(encoder_norm_, encoder_middle_(x)));
  if (quant_) x = (*quant_)(x);
  const std::vector<Tensor> parts = x.chunk(2, 1);
  return {parts[0].contiguous(), at::clamp(parts[1], -30, 20).contiguous()};
}

Tensor AutoencoderKL::decode(const Tensor& latents) const {
  check_shape(latents, {-1, config_.latent_channels, -1, -1}, "latents");
  Tensor x = channels_last(latents);
  if (post_quant_) x = (*post_quant_)(x);
  x = decoder_middle_(decoder_in_(x));
  for (const Level& level : decoder_levels_) x = level(x);
  x = decoder_out_(norm_silu(decoder_norm_, x));
  const int patch = config_.patch_size;
  return (patch > 1 ? at::pixel_shuffle(x, patch) : x).contiguous();
}

Tensor AutoencoderKL::to_diffusion(const Tensor& latents) const {
  return (latents - config_.shift_factor.value_or(0)) * config_.scaling_factor;
}

Tensor AutoencoderKL::from_diffusion(const Tensor& latents) const {
  return latents / config_.scaling_factor + config_.shift_factor.value_or(0);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/unet_trunk.h"

#include "core/nn/check_shape.h"

namespace portrait {
namespace {

constexpr int kTimeFactor = 4;  // width of the time embedding by that of the first level

std::string numbered(const std::string& name, int number) {
  return name + "." + std::to_string(number);
}

}  // namespace

std::string FeatureSite::name() const {
  switch (part) {
    case UNetPart::kDown:
      return "down" + std::to_string(index);
    case UNetPart::kUp:
      return "up" + std::to_string(index);
    case UNetPart::kMiddle:
      break;
  }
  return "mid";
}

std::vector<FeatureSite> feature_sites(const UNetSizes& sizes) {
  const std::vector<int>& widths = sizes.block_out_channels;
  std::vector<FeatureSite> sites = {{UNetPart::kDown, 0, widths.front(), 1}};
  int index = 0;
  for (int level = 0; level < sizes.levels(); ++level) {
    const int channels = widths[static_cast<std::size_t>(level)];
    for (int i = 0; i < sizes.layers_per_block; ++i) {
      sites.push_back({UNetPart::kDown, ++index, channels, 1 << level});
    }
    if (level + 1 < sizes.levels()) {
      sites.push_back({UNetPart::kDown, ++index, channels, 2 << level});
    }
  }
  sites.push_back({UNetPart::kMiddle, 0, widths.back(), sizes.reduction()});
  index = 0;
  for (int level = sizes.levels() - 1; level >= 0; --level) {
    const int channels = widths[static_cast<std::size_t>(level)];
    for (int i = 0; i <= sizes.layers_per_block; ++i) {
      sites.push_back({UNetPart::kUp, index++, channels, 1 << level});
    }
    if (level > 0) sites.push_back({UNetPart::kUp, index++, channels, 1 << (level - 1)});
  }
  return sites;
}

void check_latents(const Tensor& latents, const Tensor& t, int channels, const UNetSizes& sizes) {
  check_shape(latents, {-1, channels, -1, -1}, "latents");
  check_shape(t, {latents.size(0)}, "timesteps");
  const int reduction = sizes.reduction();
  check(latents.size(2) % reduction == 0 && latents.size(3) % reduction == 0, ErrorCode::kInternal,
        "Latents of {} x {} were given to a network whose sides are multiples of {}",
        latents.size(3), latents.size(2), reduction);
}

struct UNetTrunk::Builder {
  Parameters& parameters;
  const UNetSizes& sizes;
  const UNetAttention* attention;

  int width(int level) const { return sizes.block_out_channels[static_cast<std::size_t>(level)]; }

  ResnetBlock block(const std::string& name, int in, int out) const {
    return {
        parameters, name, {in, out, sizes.norm_num_groups, sizes.norm_eps, kTimeFactor * width(0)}};
  }

  Transformer2D transformer(const std::string& name, int level) const {
    return {parameters,
            name,
            {width(level), attention->heads[static_cast<std::size_t>(level)],
             attention->cross_attention_dim, attention->transformer_layers_per_block,
             sizes.norm_num_groups, attention->use_linear_projection}};
  }

  // `ins`: the channels that each residual block is given.
  Level level(const std::string& name, int index, const std::vector<int>& ins) const {
    Level made;
    for (std::size_t i = 0; i < ins.size(); ++i) {
      made.blocks.push_back(block(numbered(name + ".resnets", int(i)), ins[i], width(index)));
      if (attention == nullptr || !attention->levels[static_cast<std::size_t>(index)]) continue;
      made.transformers.push_back(transformer(numbered(name + ".attentions", int(i)), index));
    }
    return made;
  }
};

UNetTrunk::UNetTrunk(Parameters& parameters, const UNetSizes& sizes,
                     const UNetAttention* attention) {
  const Builder build{parameters, sizes, attention};
  const int levels = sizes.levels();
  time_ = TimeEmbedding(
      parameters, "time_embedding",
      {build.width(0), kTimeFactor * build.width(0), sizes.flip_sin_to_cos, sizes.freq_shift});
  int channels = build.width(0);
  for (int i = 0; i < levels; ++i) {
    const std::string name = numbered("down_blocks", i);
    std::vector<int> ins(static_cast<std::size_t>(sizes.layers_per_block), build.width(i));
    ins.front() = channels;
    channels = build.width(i);
    down_.push_back(build.level(name, i, ins));
    if (i + 1 == levels) continue;
    down_.back().down.emplace(parameters, name + ".downsamplers.0", channels,
                              DownPadding::kAllSides);
  }
  middle_first_ = build.block("mid_block.resnets.0", channels, channels);
  if (attention != nullptr && attention->middle) {
    middle_transformer_ = build.transformer("mid_block.attentions.0", levels - 1);
  }
  middle_second_ = build.block("mid_block.resnets.1", channels, channels);
  std::vector<int> joined;
  for (const FeatureSite& site : feature_sites(sizes)) {
    if (site.part == UNetPart::kDown) joined.push_back(site.channels);
  }
  for (int i = levels - 1; i >= 0; --i) {
    const std::string name = numbered("up_blocks", levels - 1 - i);
    std::vector<int> ins;
    for (int j = 0; j <= sizes.layers_per_block; ++j) {
      ins.push_back(channels + joined.back());
      joined.pop_back();
      channels = build.width(i);
    }
    up_.push_back(build.level(name, i, ins));
    if (i > 0) up_.back().up.emplace(parameters, name + ".upsamplers.0", channels);
  }
}

Tensor UNetTrunk::Level::apply(std::size_t i, const Tensor& x, const Tensor& time,
                               const Tensor& context) const {
  const Tensor y = blocks[i](x, time);
  return transformers.empty() ? y : transformers[i](y, context);
}

Tensor UNetTrunk::operator()(const Tensor& x, const Tensor& t, const Tensor& context,
                             const Visit& visit) const {
  const Tensor time = time_(t).to(x.scalar_type());
  std::vector<Tensor> joined = {x};
  Tensor y = visit(x);
  for (const Level& level : down_) {
    for (std::size_t i = 0; i < level.blocks.size(); ++i) {
      y = visit(level.apply(i, y, time, context));
      joined.push_back(y);
    }
    if (!level.down) continue;
    y = visit((*level.down)(y));
    joined.push_back(y);
  }
  y = middle_first_(y, time);
  if (middle_transformer_) y = (*middle_transformer_)(y, context);
  y = visit(middle_second_(y, time));
  for (const Level& level : up_) {
    for (std::size_t i = 0; i < level.blocks.size(); ++i) {
      y = visit(level.apply(i, at::cat({y, joined.back()}, 1), time, context));
      joined.pop_back();
    }
    if (level.up) y = visit((*level.up)(y));
  }
  return y;
}

}  // namespace portrait

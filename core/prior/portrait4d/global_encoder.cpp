// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/portrait4d/global_encoder.h"

namespace portrait {
namespace {

struct Stage {
  int stride;
  int dilation;
};
constexpr Stage kStages[] = {{1, 1}, {2, 1}, {1, 2}, {1, 4}};
constexpr int kAtrousRates[] = {12, 24, 36};

std::vector<BasicBlock> residual_stages(Parameters& parameters, const Portrait4DConfig& config) {
  std::vector<BasicBlock> blocks;
  int in = config.global_width;
  for (int stage = 0; stage < 4; ++stage) {
    const int out = config.global_width << stage;
    for (int i = 0; i < config.global_blocks[std::size_t(stage)]; ++i) {
      blocks.emplace_back(
          parameters,
          "encoder_global.encoder.layer" + std::to_string(stage + 1) + "." + std::to_string(i), in,
          out, i == 0 ? kStages[stage].stride : 1, kStages[stage].dilation);
      in = out;
    }
  }
  return blocks;
}

}  // namespace

BasicBlock::BasicBlock(Parameters& parameters, const std::string& name, int in, int out, int stride,
                       int dilation)
    : first_(parameters, name + ".conv1", in, out, 3, stride, dilation),
      second_(parameters, name + ".conv2", out, out, 3, 1, dilation) {
  if (in != out || stride != 1) {
    shortcut_.emplace(parameters, name + ".downsample.0", in, out, 1, stride);
  }
}

Tensor BasicBlock::operator()(const Tensor& x) const {
  const Tensor inner = second_(at::relu(first_(x)));
  return at::relu(inner + (shortcut_ ? (*shortcut_)(x) : x));
}

AtrousPyramid::AtrousPyramid(Parameters& parameters, const std::string& name, int in, int out) {
  reaches_.emplace_back(parameters, name + ".convs.0.0", in, out, 1);
  for (const int rate : kAtrousRates) {
    reaches_.emplace_back(parameters, name + ".convs." + std::to_string(reaches_.size()) + ".0", in,
                          out, 3, 1, rate);
  }
  whole_ = PlainConv(parameters, name + ".convs.4.1", in, out, 1);
  join_ = PlainConv(parameters, name + ".project.0", 5 * out, out, 1);
}

Tensor AtrousPyramid::operator()(const Tensor& x) const {
  std::vector<Tensor> parts;
  for (const PlainConv& reach : reaches_) parts.push_back(at::relu(reach(x)));
  const Tensor whole = at::relu(whole_(x.mean({2, 3}, /*keepdim=*/true)));
  parts.push_back(whole.expand({-1, -1, x.size(2), x.size(3)}));
  return at::relu(join_(at::cat(parts, 1)));
}

GlobalEncoder::GlobalEncoder(Parameters& parameters, const Portrait4DConfig& config)
    : stem_(parameters, "encoder_global.encoder.conv1", 5, config.global_width, 7, 2),
      blocks_(residual_stages(parameters, config)),
      pyramid_(parameters, "encoder_global.decoder.0", config.global_width * 8,
               config.context_width),
      out_(parameters, "encoder_global.decoder.1", config.context_width, config.context_width, 3) {}

Tensor GlobalEncoder::operator()(const Tensor& photo) const {
  Tensor x = at::max_pool2d(at::relu(stem_(photo)), {3, 3}, {2, 2}, {1, 1});
  for (const BasicBlock& block : blocks_) x = block(x);
  return at::relu(out_(pyramid_(x)));
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/perception/iresnet.h"

#include "core/nn/check_shape.h"

#include <fmt/format.h>

namespace portrait {
namespace {

constexpr double kEpsilon = 1e-5;
constexpr std::array<int, 4> kWidths = {64, 128, 256, 512};
constexpr int kLastSide = 7;  // a crop's side after four halvings

// Published without a bias.
Conv2d plain_convolution(Parameters& parameters, const std::string& name, int in, int out,
                         int kernel, int stride) {
  Conv2d made;
  made.weight = parameters.get(name + ".weight", {out, in, kernel, kernel}, Init::kHe);
  made.bias = at::zeros({out}, made.weight.options());
  made.stride = stride;
  made.kernel = kernel;
  if (parameters.packs()) made.weight = packed_kernel(made.weight, stride, kernel / 2);
  return made;
}

Tensor slopes(Parameters& parameters, const std::string& name, int channels) {
  return parameters.get(name + ".weight", {channels}, Init::kOnes);
}

}  // namespace

BatchNorm::BatchNorm(Parameters& p, const std::string& name, int channels)
    : weight(p.get(name + ".weight", {channels}, Init::kOnes)),
      bias(p.get(name + ".bias", {channels}, Init::kZeros)),
      mean(p.get(name + ".running_mean", {channels}, Init::kZeros)),
      variance(p.get(name + ".running_var", {channels}, Init::kOnes)) {}

Tensor BatchNorm::operator()(const Tensor& x) const {
  return at::batch_norm(x, weight, bias, mean, variance, false, 0, kEpsilon, false);
}

IResNet::Block::Block(Parameters& p, const std::string& name, int in, int out, int stride)
    : bn1(p, name + ".bn1", in),
      conv1(plain_convolution(p, name + ".conv1", in, out, 3, 1)),
      bn2(p, name + ".bn2", out),
      prelu(slopes(p, name + ".prelu", out)),
      conv2(plain_convolution(p, name + ".conv2", out, out, 3, stride)),
      bn3(p, name + ".bn3", out) {
  if (stride == 1) return;
  shortcut = plain_convolution(p, name + ".downsample.0", in, out, 1, stride);
  shortcut_norm = BatchNorm(p, name + ".downsample.1", out);
}

Tensor IResNet::Block::operator()(const Tensor& x) const {
  const Tensor inner = at::prelu(bn2(conv1(bn1(x))), prelu);
  return bn3(conv2(inner)) + (shortcut ? shortcut_norm((*shortcut)(x)) : x);
}

IResNet::IResNet(Parameters& p, const IResNetConfig& config)
    : config_(config),
      stem_(plain_convolution(p, "conv1", 3, kWidths[0], 3, 1)),
      stem_norm_(p, "bn1", kWidths[0]),
      stem_prelu_(slopes(p, "prelu", kWidths[0])) {
  int in = kWidths[0];
  for (std::size_t stage = 0; stage < 4; ++stage) {
    for (int i = 0; i < config.layers[stage]; ++i) {
      blocks_.emplace_back(p, fmt::format("layer{}.{}", stage + 1, i), in, kWidths[stage],
                           i == 0 ? 2 : 1);
      in = kWidths[stage];
    }
  }
  last_norm_ = BatchNorm(p, "bn2", in);
  last_ = Linear(p, "fc", in * kLastSide * kLastSide, kEmbedding);
  features_ = BatchNorm(p, "features", kEmbedding);
}

Tensor IResNet::operator()(const Tensor& crops) const {
  check_shape(crops, {-1, 3, kCropSize, kCropSize}, "crops");
  Tensor x = at::prelu(stem_norm_(stem_((crops - 0.5) / 0.5)), stem_prelu_);
  for (const Block& block : blocks_) x = block(x);
  // Channels, rows, columns, whatever layout the convolutions left.
  return features_(last_(last_norm_(x).contiguous().flatten(1)));
}

}  // namespace portrait

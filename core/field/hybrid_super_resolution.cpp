// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/hybrid_super_resolution.h"

#include "core/base/interruption.h"
#include "core/field/field_frame.h"
#include "core/field/load_parameter.h"
#include "core/nn/check_shape.h"

#include <cmath>

namespace portrait {
namespace {

constexpr double kSlope = 0.2;
constexpr double kClamp = 256;
constexpr double kSmallest = 1e-8;

struct HybridLayer {
  std::string name;
  int in;
  int out;
  int kernel;
};

std::vector<HybridLayer> hybrid_layers(const HybridWidths& widths) {
  std::vector<HybridLayer> all;
  int in = kFieldChannels;
  for (std::size_t b = 0; b < widths.blocks.size(); ++b) {
    const std::string block = "block" + std::to_string(b) + ".";
    const int out = widths.blocks[b];
    all.push_back({block + "conv0", in, out, 3});
    all.push_back({block + "conv1", out, out, 3});
    all.push_back({block + "torgb", out, 3, 1});
    in = out;
  }
  return all;
}

// The filter along one side, with the gain that makes up for the zeros between pixels.
Tensor filter_line(const Tensor& like) {
  return at::tensor({0.25F, 0.75F, 0.75F, 0.25F}, at::kFloat).to(like.options());
}

// Each channel by itself, [1,3,3,1] along both sides, one row and column of zeros at each side.
Tensor filtered(const Tensor& x) {
  const std::int64_t channels = x.size(1);
  const Tensor line = filter_line(x);
  const Tensor along = line.view({1, 1, 1, 4}).expand({channels, 1, 1, 4}).contiguous();
  const Tensor down = line.view({1, 1, 4, 1}).expand({channels, 1, 4, 1}).contiguous();
  constexpr int one = 1;
  constexpr int none = 0;
  const Tensor framed = at::constant_pad_nd(x, {1, 1, 1, 1}, 0);
  const Tensor lines = at::conv2d(framed, along, {}, one, none, one, channels);
  return at::conv2d(lines, down, {}, one, none, one, channels);
}

Tensor activated(const Tensor& x) {
  return at::leaky_relu(x, kSlope).mul(std::sqrt(2.0)).clamp(-kClamp, kClamp);
}

// The weights of a layer with its style in them.
Tensor folded_weight(Parameters& p, const std::string& name, const HybridLayer& layer,
                     const Tensor& latent) {
  const auto length = static_cast<int>(latent.size(0));
  const Tensor weight =
      p.get(name + ".weight", {layer.out, layer.in, layer.kernel, layer.kernel}, Init::kHe);
  const Tensor affine = p.get(name + ".affine.weight", {layer.in, length}, Init::kXavier);
  const Tensor bias = p.get(name + ".affine.bias", {layer.in}, Init::kOnes);
  const Tensor style = at::mv(affine, latent) / std::sqrt(static_cast<double>(length)) + bias;
  // Colours are not demodulated; their styles carry the gain of the weights.
  const bool colours = layer.kernel == 1;
  return modulated(weight, colours ? style / std::sqrt(static_cast<double>(layer.in)) : style,
                   !colours);
}

}  // namespace

Tensor modulated(const Tensor& weight, const Tensor& style, bool demodulate) {
  const Tensor styled = weight * style.view({1, -1, 1, 1});
  if (!demodulate) return styled;
  return styled * (styled.square().sum({1, 2, 3}, /*keepdim=*/true) + kSmallest).rsqrt();
}

Tensor doubling_convolution(const Tensor& x, const Tensor& weight) {
  return filtered(at::conv_transpose2d(x, weight.transpose(0, 1), {}, /*stride=*/2));
}

Tensor doubled(const Tensor& x) {
  const std::int64_t channels = x.size(1);
  const Tensor line = filter_line(x);
  const Tensor square =
      at::outer(line, line).view({1, 1, 4, 4}).expand({channels, 1, 4, 4}).contiguous();
  return at::conv_transpose2d(x, square, {}, /*stride=*/2, /*padding=*/1, /*output_padding=*/0,
                              /*groups=*/channels);
}

Tensor hybrid_forward(const NamedTensors& parameters, const Tensor& features) {
  check_shape(features, {-1, kFieldChannels, -1, -1}, "features");
  std::size_t next = 0;
  const auto take = [&]() -> const Tensor& { return parameters[next++].second; };
  Tensor x = features.mul(2).sub(1);
  Tensor rgb = x.narrow(1, 0, 3);
  for (std::size_t b = 0; b < HybridWidths().blocks.size(); ++b) {
    interruption_point();
    const Tensor& wider = take();
    const Tensor& wider_bias = take();
    x = activated(doubling_convolution(x, wider) + wider_bias.view({1, -1, 1, 1}));
    interruption_point();
    const Tensor& weight = take();
    const Tensor& bias = take();
    x = activated(at::conv2d(x, weight, bias, /*stride=*/1, /*padding=*/1));
    const Tensor& to_rgb = take();
    const Tensor& to_rgb_bias = take();
    rgb = doubled(rgb) + at::conv2d(x, to_rgb, to_rgb_bias).clamp(-kClamp, kClamp);
  }
  return rgb.add(1).mul(0.5);
}

SuperResolution load_hybrid(Parameters& parameters, const std::string& prefix,
                            const std::string& latent, const HybridWidths& widths) {
  const Tensor w = parameters.get(latent, {widths.latent}, Init::kZeros);
  SuperResolution network;
  network.kind = SuperResolution::Kind::kHybrid;
  for (const HybridLayer& layer : hybrid_layers(widths)) {
    const std::string name = prefix + layer.name;
    network.parameters.emplace_back(layer.name + ".weight",
                                    folded_weight(parameters, name, layer, w));
    network.parameters.emplace_back(
        layer.name + ".bias",
        parameters.get(name + ".bias", {layer.out}, Init::kZeros).detach().clone());
  }
  return network;
}

bool holds_hybrid(const TensorMap& tensors, const std::string& prefix) {
  return tensors.count(prefix + "block0.torgb.weight") != 0;
}

NamedTensors copy_hybrid(const TensorMap& tensors, const std::string& prefix) {
  HybridWidths widths;
  for (std::size_t b = 0; b < widths.blocks.size(); ++b) {
    const auto found = tensors.find(prefix + "block" + std::to_string(b) + ".torgb.weight");
    if (found != tensors.end() && found->second.dim() == 4) {
      widths.blocks[b] = static_cast<int>(found->second.size(1));
    }
  }
  NamedTensors copies;
  for (const HybridLayer& layer : hybrid_layers(widths)) {
    const std::string weight = layer.name + ".weight";
    const std::string bias = layer.name + ".bias";
    copies.emplace_back(weight, load_parameter(tensors, prefix + weight,
                                               {layer.out, layer.in, layer.kernel, layer.kernel}));
    copies.emplace_back(bias, load_parameter(tensors, prefix + bias, {layer.out}));
  }
  return copies;
}

bool is_hybrid_constant(const std::string& name) {
  for (const char* ending : {"resample_filter", "noise_const", "noise_strength"}) {
    if (name.ends_with(ending)) return true;
  }
  return false;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/super_resolution.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/field/field_frame.h"
#include "core/field/hybrid_super_resolution.h"
#include "core/field/load_parameter.h"
#include "core/nn/check_shape.h"

#include <cmath>

namespace portrait {
namespace {

constexpr double kSlope = 0.2;

struct ConvSpec {
  const char* name;
  int inputs;
  int outputs;
};

constexpr ConvSpec kConvs[] = {
    {"conv_in", 32, 64},      {"block0.conv0", 64, 64}, {"block0.conv1", 64, 64},
    {"block1.conv0", 64, 64}, {"block1.conv1", 64, 64}, {"block2.conv0", 64, 64},
    {"block2.conv1", 64, 64}, {"up0", 64, 128},         {"conv_mid", 32, 32},
    {"up1", 32, 12},
};
constexpr int kBlocks = 3;

Tensor leaky(const Tensor& x) { return at::leaky_relu(x, kSlope); }

}  // namespace

SuperResolution SuperResolution::random(RandomStream& random) {
  SuperResolution network;
  for (const ConvSpec& conv : kConvs) {
    Tensor weight = at::zeros({conv.outputs, conv.inputs, 3, 3});
    if (&conv != std::end(kConvs) - 1) {
      random.fill_normal({weight.data_ptr<float>(), static_cast<std::size_t>(weight.numel())});
      // He et al. 2015 for a leaky rectifier behind each convolution.
      weight.mul_(std::sqrt(2.0 / ((1 + kSlope * kSlope) * conv.inputs * 9)));
    }
    network.parameters.emplace_back(std::string(conv.name) + ".weight", weight);
    network.parameters.emplace_back(std::string(conv.name) + ".bias", at::zeros({conv.outputs}));
  }
  return network;
}

Tensor SuperResolution::forward(const Tensor& features) const {
  check(!empty(), ErrorCode::kUnsupported, "this field has no super-resolution network");
  check_shape(features, {-1, kFieldChannels, -1, -1}, "features");
  if (kind == Kind::kHybrid) return hybrid_forward(parameters, features);
  std::size_t next = 0;
  const auto conv = [&](const Tensor& x) {
    interruption_point();
    const Tensor& weight = parameters[next++].second;
    const Tensor& bias = parameters[next++].second;
    return at::conv2d(x, weight, bias, /*stride=*/1, /*padding=*/1);
  };
  Tensor x = conv(features.sub(0.5).mul(2));
  for (int block = 0; block < kBlocks; ++block) {
    const Tensor inner = conv(leaky(x));
    x = x + conv(leaky(inner));
  }
  x = at::pixel_shuffle(conv(leaky(x)), 2);
  x = conv(leaky(x));
  x = at::pixel_shuffle(conv(leaky(x)), 2);
  const Tensor base = at::upsample_bilinear2d(
      features.narrow(1, 0, 3), {features.size(2) * kScale, features.size(3) * kScale},
      /*align_corners=*/false);
  return x + base;
}

std::vector<std::pair<std::string, Tensor>> SuperResolution::named_parameters() const {
  std::vector<std::pair<std::string, Tensor>> named;
  for (const auto& [name, tensor] : parameters) named.emplace_back("superresolution." + name, tensor);
  return named;
}

void SuperResolution::save_to(TensorMap& tensors, const std::string& prefix) const {
  for (const auto& [name, tensor] : parameters) tensors[prefix + name] = tensor.detach();
}

SuperResolution SuperResolution::load(const TensorMap& tensors, const std::string& prefix) {
  SuperResolution network;
  if (holds_hybrid(tensors, prefix)) {
    network.kind = Kind::kHybrid;
    network.parameters = copy_hybrid(tensors, prefix);
    return network;
  }
  for (const ConvSpec& conv : kConvs) {
    const std::string weight = std::string(conv.name) + ".weight";
    const std::string bias = std::string(conv.name) + ".bias";
    network.parameters.emplace_back(
        weight, load_parameter(tensors, prefix + weight, {conv.outputs, conv.inputs, 3, 3}));
    network.parameters.emplace_back(bias, load_parameter(tensors, prefix + bias, {conv.outputs}));
  }
  return network;
}

SuperResolution SuperResolution::to(at::Device device) const {
  SuperResolution moved{kind, {}};
  for (const auto& [name, tensor] : parameters) moved.parameters.emplace_back(name, tensor.to(device));
  return moved;
}

SuperResolution SuperResolution::clone() const {
  SuperResolution copy{kind, {}};
  for (const auto& [name, tensor] : parameters) {
    copy.parameters.emplace_back(name, tensor.detach().clone());
  }
  return copy;
}

}  // namespace portrait

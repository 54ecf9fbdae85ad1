// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/decoder.h"

#include "core/base/error.h"
#include "core/field/load_parameter.h"

#include <cmath>

namespace portrait {
namespace {

constexpr int kOutputs = 1 + kFieldChannels;

Tensor random_matrix(RandomStream& random, int outputs, int inputs) {
  const Tensor weight = at::empty({outputs, inputs});
  random.fill_normal({weight.data_ptr<float>(), static_cast<std::size_t>(weight.numel())});
  return weight.div_(std::sqrt(static_cast<double>(inputs)));
}

}  // namespace

Decoder Decoder::random(RandomStream& random) {
  Decoder decoder;
  decoder.w0 = random_matrix(random, kHidden, kFieldChannels);
  decoder.b0 = at::zeros({kHidden});
  decoder.w1 = random_matrix(random, kOutputs, kHidden);
  decoder.b1 = at::zeros({kOutputs});
  return decoder;
}

Tensor Decoder::hidden(const Tensor& features) const {
  return at::softplus(at::linear(features, w0, b0));
}

Tensor Decoder::raw_of_hidden(const Tensor& hidden) const {
  return at::linear(hidden, w1.narrow(0, 0, 1), b1.narrow(0, 0, 1));
}

Tensor Decoder::colours_of_hidden(const Tensor& hidden) const {
  return at::linear(hidden, w1.narrow(0, 1, kFieldChannels), b1.narrow(0, 1, kFieldChannels))
      .sigmoid()
      .mul(colour_high - colour_low)
      .add(colour_low);
}

Tensor Decoder::raw_density(const Tensor& features) const { return raw_of_hidden(hidden(features)); }

Decoded Decoder::decode(const Tensor& features) const {
  const Tensor h = hidden(features);
  return {raw_of_hidden(h), colours_of_hidden(h)};
}

std::vector<std::pair<std::string, Tensor>> Decoder::named_parameters() const {
  return {{"decoder.net.0.weight", w0},
          {"decoder.net.0.bias", b0},
          {"decoder.net.2.weight", w1},
          {"decoder.net.2.bias", b1}};
}

void Decoder::save_to(TensorMap& tensors, const std::string& prefix) const {
  tensors[prefix + "net.0.weight"] = w0.detach();
  tensors[prefix + "net.0.bias"] = b0.detach();
  tensors[prefix + "net.2.weight"] = w1.detach();
  tensors[prefix + "net.2.bias"] = b1.detach();
}

Decoder Decoder::load(const TensorMap& tensors, const std::string& prefix, bool fold_gain) {
  Decoder decoder;
  decoder.w0 = load_parameter(tensors, prefix + "net.0.weight", {kHidden, kFieldChannels});
  decoder.b0 = load_parameter(tensors, prefix + "net.0.bias", {kHidden});
  decoder.w1 = load_parameter(tensors, prefix + "net.2.weight", {kOutputs, kHidden});
  decoder.b1 = load_parameter(tensors, prefix + "net.2.bias", {kOutputs});
  if (fold_gain) {
    decoder.w0.div_(std::sqrt(static_cast<double>(kFieldChannels)));
    decoder.w1.div_(std::sqrt(static_cast<double>(kHidden)));
  }
  return decoder;
}

Decoder Decoder::to(at::Device device) const {
  Decoder moved = *this;
  for (Tensor* tensor : {&moved.w0, &moved.b0, &moved.w1, &moved.b1}) *tensor = tensor->to(device);
  return moved;
}

Decoder Decoder::clone() const {
  Decoder copy = *this;
  for (Tensor* tensor : {&copy.w0, &copy.b0, &copy.w1, &copy.b1}) {
    *tensor = tensor->detach().clone();
  }
  return copy;
}

Tensor density_of_raw(const Tensor& raw_density) { return at::softplus(raw_density.sub(1)); }

}  // namespace portrait

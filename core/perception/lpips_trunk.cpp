// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/perception/lpips_trunk.h"

#include <fmt/format.h>

#include <string>

namespace portrait {
namespace {

struct Layer {
  int slice;  // of the lpips package: which tap it leads to
  int place;  // in torchvision's `features`
  int in;
  int out;
  int kernel;
  int stride;
  int padding;
  int pool;
};

const std::vector<Layer>& layers_of(LpipsTrunk trunk) {
  static const std::vector<Layer> alex = {{1, 0, 3, 64, 11, 4, 2, 0},
                                          {2, 3, 64, 192, 5, 1, 2, 3},
                                          {3, 6, 192, 384, 3, 1, 1, 3},
                                          {4, 8, 384, 256, 3, 1, 1, 0},
                                          {5, 10, 256, 256, 3, 1, 1, 0}};
  static const std::vector<Layer> vgg = {
      {1, 0, 3, 64, 3, 1, 1, 0},     {1, 2, 64, 64, 3, 1, 1, 0},    {2, 5, 64, 128, 3, 1, 1, 2},
      {2, 7, 128, 128, 3, 1, 1, 0},  {3, 10, 128, 256, 3, 1, 1, 2}, {3, 12, 256, 256, 3, 1, 1, 0},
      {3, 14, 256, 256, 3, 1, 1, 0}, {4, 17, 256, 512, 3, 1, 1, 2}, {4, 19, 512, 512, 3, 1, 1, 0},
      {4, 21, 512, 512, 3, 1, 1, 0}, {5, 24, 512, 512, 3, 1, 1, 2}, {5, 26, 512, 512, 3, 1, 1, 0},
      {5, 28, 512, 512, 3, 1, 1, 0}};
  return trunk == LpipsTrunk::kAlex ? alex : vgg;
}

std::string name_of(const Layer& layer) {
  return fmt::format("net.slice{}.{}", layer.slice, layer.place);
}

}  // namespace

TappedTrunk::TappedTrunk(Parameters& parameters, LpipsTrunk trunk) {
  const std::vector<Layer>& layers = layers_of(trunk);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    Step step;
    step.convolution = Conv2d(parameters, name_of(layer), layer.in, layer.out, layer.kernel,
                              layer.stride, Init::kHe);
    step.padding = layer.padding;
    step.pool = layer.pool;
    step.tap = i + 1 == layers.size() || layers[i + 1].slice != layer.slice;
    steps_.push_back(std::move(step));
  }
}

std::vector<Tensor> TappedTrunk::operator()(const Tensor& input) const {
  std::vector<Tensor> taps;
  Tensor x = input;
  for (const Step& step : steps_) {
    if (step.pool > 0) x = at::max_pool2d(x, {step.pool, step.pool}, {2, 2});
    x = at::relu(step.convolution.padded(x, step.padding));
    if (step.tap) taps.push_back(x);
  }
  return taps;
}

const std::vector<int>& TappedTrunk::channels(LpipsTrunk trunk) {
  static const std::vector<int> alex = {64, 192, 384, 256, 256};
  static const std::vector<int> vgg = {64, 128, 256, 512, 512};
  return trunk == LpipsTrunk::kAlex ? alex : vgg;
}

TensorMap trunk_names(const TensorMap& tensors, LpipsTrunk trunk) {
  TensorMap renamed;
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with("classifier.")) continue;
    std::string own = name;
    for (const Layer& layer : layers_of(trunk)) {
      const std::string torchvision = fmt::format("features.{}.", layer.place);
      if (!name.starts_with(torchvision)) continue;
      own = name_of(layer) + "." + name.substr(torchvision.size());
    }
    renamed[own] = tensor;
  }
  return renamed;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/perception/lpips.h"

#include "core/nn/check_shape.h"
#include "core/nn/config_reader.h"
#include "core/nn/model_pack.h"
#include "core/nn/per_channel.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

namespace portrait {
namespace {

constexpr std::array<double, 3> kShift = {-0.030, -0.088, -0.188};
constexpr std::array<double, 3> kScale = {0.458, 0.448, 0.450};
constexpr double kEpsilon = 1e-10;

// Of length one over the channels; where there is nothing, nothing.
Tensor directions(const Tensor& features) {
  return features / (at::norm(features, 2, {1}, true) + kEpsilon);
}

void require_scaling(const TensorMap& tensors, const char* name,
                     const std::array<double, 3>& expected) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) return;
  const Tensor& given = found->second;
  check(given.numel() == 3 &&
            at::allclose(given.view({1, 3, 1, 1}), per_channel(expected, given), 0, 1e-4),
        ErrorCode::kCorrupt, "Tensor \"{}\" is not that of LPIPS 0.1: {}, {} and {} are expected",
        name, expected[0], expected[1], expected[2]);
}

}  // namespace

nlohmann::json to_json(const LpipsConfig& config) {
  return {{"trunk", config.trunk == LpipsTrunk::kAlex ? "alex" : "vgg"}};
}

LpipsConfig lpips_config(const nlohmann::json& json) {
  const ConfigReader reader(json, "LPIPS network");
  std::string trunk = "alex";
  reader.read("trunk", trunk);
  reader.require(trunk == "alex" || trunk == "vgg", "trunk");
  return {trunk == "alex" ? LpipsTrunk::kAlex : LpipsTrunk::kVgg};
}

Lpips::Lpips(Parameters& parameters, const LpipsConfig& config)
    : config_(config), trunk_(parameters, config.trunk) {
  int tap = 0;
  for (const int channels : TappedTrunk::channels(config.trunk)) {
    weights_.push_back(parameters.get(fmt::format("lin{}.model.1.weight", tap++),
                                      {1, channels, 1, 1}, Init::kOnes));
  }
}

Tensor Lpips::operator()(const Tensor& a, const Tensor& b) const {
  check_shape(a, {-1, 3, -1, -1}, "a");
  check_shape(b, {a.size(0), 3, a.size(2), a.size(3)}, "b");
  check(a.size(2) >= TappedTrunk::kLeastSide && a.size(3) >= TappedTrunk::kLeastSide,
        ErrorCode::kInternal, "LPIPS was to see {} x {} pixels; {} a side are the least", a.size(3),
        a.size(2), TappedTrunk::kLeastSide);
  const auto features = [&](const Tensor& x) {
    return trunk_((x - per_channel(kShift, x)) / per_channel(kScale, x));
  };
  const std::vector<Tensor> of_a = features(a);
  const std::vector<Tensor> of_b = features(b);
  Tensor sum = at::zeros({a.size(0)}, a.options());
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const Tensor squares = (directions(of_a[i]) - directions(of_b[i])).square();
    sum = sum + (squares * weights_[i]).sum({1}).mean({1, 2});
  }
  return sum;
}

std::shared_ptr<const Lpips> load_lpips(const TensorMap& tensors, const LpipsConfig& config) {
  require_scaling(tensors, "scaling_layer.shift", kShift);
  require_scaling(tensors, "scaling_layer.scale", kScale);
  TensorMap own;
  for (auto& [name, tensor] : trunk_names(tensors, config.trunk)) {
    if (!name.starts_with("lins.") && !name.starts_with("scaling_layer.")) own[name] = tensor;
  }
  return network_of<Lpips>(Parameters::packed(std::move(own)), config);
}

std::shared_ptr<const Lpips> load_lpips(const ModelPack& pack, at::Device device) {
  const PackNetwork& network = pack.network("lpips");
  return load_lpips(load_tensors(*network.weights, at::kFloat, device),
                    lpips_config(network.config));
}

}  // namespace portrait

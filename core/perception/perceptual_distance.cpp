// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/perception/perceptual_distance.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"

#include <fmt/format.h>

namespace portrait {
namespace {

// Of a feature's squared length: where a network sees nothing, noise is not blown up to length 1.
constexpr double kLeastLength = 1e-4;

Tensor of_unit_length(const Tensor& features) {
  return features * at::rsqrt(features.square().sum(1, true) + kLeastLength);
}

}  // namespace

nlohmann::json perceptual_json(const FaceTrunkConfig& config) {
  nlohmann::json json = nlohmann::json::object();
  add_to_json(config, json);
  return json;
}

FaceTrunkConfig perceptual_config(const nlohmann::json& json) {
  return face_trunk_config(json);
}

PerceptualDistance::PerceptualDistance(const FaceTrunkConfig& config, std::uint64_t seed)
    : config_(config) {
  Parameters parameters = Parameters::random(seed);
  build(parameters);
}

PerceptualDistance::PerceptualDistance(const TensorMap& tensors, const FaceTrunkConfig& config)
    : config_(config) {
  Parameters parameters = Parameters::bound(tensors);
  build(parameters);
  parameters.require_all_used();
}

std::shared_ptr<const PerceptualDistance> PerceptualDistance::load(const ModelPack& pack) {
  const PackNetwork& network = pack.network("perceptual_compact");
  return std::make_shared<const PerceptualDistance>(load_tensors(*network.weights),
                                                    perceptual_config(network.config));
}

void PerceptualDistance::build(Parameters& parameters) {
  trunk_ = FaceTrunk(parameters, config_);
  for (std::size_t i = 0; i < weight_.size(); ++i) {
    const int channels = i == 0 ? config_.stem : config_.widths[i - 1];
    weight_[i] = parameters.get(fmt::format("weight{}", i), {channels}, Init::kZeros);
  }
  named_ = parameters.named();
}

PerceptualDistance::Features PerceptualDistance::features(const Tensor& pictures) const {
  Features levels = trunk_(pictures);
  for (Tensor& level : levels) level = of_unit_length(level);
  return levels;
}

Tensor PerceptualDistance::between(const Features& a, const Features& b) const {
  Tensor sum;
  for (std::size_t i = 0; i < a.size(); ++i) {
    check(a[i].sizes() == b[i].sizes(), ErrorCode::kInternal,
          "Two pictures to compare are of different sizes");
    const Tensor weight = at::softplus(weight_[i]).to(a[i].scalar_type()).view({1, -1, 1, 1});
    const Tensor part = ((a[i] - b[i]).square() * weight).sum(1).mean(at::IntArrayRef{1, 2});
    sum = i == 0 ? part : sum + part;
  }
  return sum;
}

Tensor PerceptualDistance::operator()(const Tensor& a, const Tensor& b) const {
  return between(features(a), features(b));
}

TensorMap PerceptualDistance::tensors() const {
  TensorMap map;
  for (const auto& [name, tensor] : named_) map[name] = tensor.detach();
  return map;
}

}  // namespace portrait

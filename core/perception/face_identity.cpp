// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/perception/face_identity.h"

#include "core/nn/check_shape.h"
#include "core/nn/model_pack.h"

namespace portrait {

nlohmann::json to_json(const FaceIdentityConfig& config) {
  nlohmann::json json = {{"reduced", config.reduced}, {"embedding", config.embedding}};
  add_to_json(config.trunk, json);
  return json;
}

FaceIdentityConfig face_identity_config(const nlohmann::json& json) {
  return {face_trunk_config(json), config_width(json, "reduced"), config_width(json, "embedding")};
}

FaceIdentity::FaceIdentity(const FaceIdentityConfig& config, std::uint64_t seed) : config_(config) {
  Parameters parameters = Parameters::random(seed);
  build(parameters);
}

FaceIdentity::FaceIdentity(const TensorMap& tensors, const FaceIdentityConfig& config)
    : config_(config) {
  Parameters parameters = Parameters::bound(tensors);
  build(parameters);
  parameters.require_all_used();
}

std::shared_ptr<const FaceIdentity> FaceIdentity::load(const ModelPack& pack) {
  const PackNetwork& network = pack.network("id_compact");
  return std::make_shared<const FaceIdentity>(load_tensors(*network.weights),
                                              face_identity_config(network.config));
}

void FaceIdentity::build(Parameters& parameters) {
  constexpr int kSide = kSize / 16;
  trunk_ = FaceTrunk(parameters, config_.trunk);
  reduce_ = Conv2d(parameters, "reduce", config_.trunk.widths.back(), config_.reduced, 1);
  embed_ = Linear(parameters, "embed", config_.reduced * kSide * kSide, config_.embedding);
  named_ = parameters.named();
}

Tensor FaceIdentity::embed(const Tensor& pictures) const {
  check_shape(pictures, {-1, 3, kSize, kSize}, "pictures");
  const Tensor seen = reduce_(trunk_(pictures).back());
  const Tensor direction = embed_(seen.flatten(1));
  return direction / direction.norm(2, {1}, true).clamp_min(1e-6);
}

TensorMap FaceIdentity::tensors() const {
  TensorMap map;
  for (const auto& [name, tensor] : named_) map[name] = tensor.detach();
  return map;
}

}  // namespace portrait

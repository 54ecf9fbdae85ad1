// SPDX-License-Identifier: Apache-2.0
#include "core/training/unet_networks.h"

#include "core/diffusion/lora.h"
#include "core/nn/model_pack.h"

#include <utility>

namespace portrait {
namespace {

constexpr const char* kUnet = "unet";
constexpr const char* kConditioner = "conditioner";
constexpr std::uint64_t kOtherSeed = 0x9e3779b9;  // equal names start from unequal numbers

std::string prefix(const std::string& network) { return network + "."; }

}  // namespace

UnetNetworks::UnetNetworks(Parameters of_unet, Parameters of_conditioner,
                           const UnetNetworksConfig& config)
    : unet_parameters(std::move(of_unet)),
      conditioner_parameters(std::move(of_conditioner)),
      unet(unet_parameters, config.unet),
      conditioner(conditioner_parameters, config.conditioner) {}

UnetNetworks UnetNetworks::from(const TensorMap& values, const UnetNetworksConfig& config) {
  return {Parameters::bound(values, prefix(kUnet)), Parameters::bound(values, prefix(kConditioner)),
          config};
}

TensorMap UnetNetworks::random(const UnetNetworksConfig& config, std::uint64_t seed) {
  const UnetNetworks made(Parameters::random(seed), Parameters::random(seed ^ kOtherSeed), config);
  TensorMap values;
  for (const auto& [name, tensor] : made.named()) values[name] = tensor;
  return values;
}

TensorMap UnetNetworks::of_pack(const ModelPack& pack, UnetNetworksConfig& config) {
  config.unet = unet_config(pack.network(kUnet).config);
  config.conditioner = conditioner_config(pack.network(kConditioner).config);
  TensorMap values;
  for (const char* network : {kUnet, kConditioner}) {
    TensorMap tensors = load_tensors(*pack.network(network).weights);
    merge_loras(pack.network(network), tensors);
    for (const auto& [name, tensor] : tensors) values[prefix(network) + name] = tensor;
  }
  return values;
}

TensorMap UnetNetworks::part(const TensorMap& values, const std::string& network) {
  const std::string start = prefix(network);
  TensorMap some;
  for (const auto& [name, tensor] : values) {
    if (name.rfind(start, 0) == 0) some[name.substr(start.size())] = tensor;
  }
  return some;
}

std::vector<std::pair<std::string, Tensor>> UnetNetworks::named() const {
  std::vector<std::pair<std::string, Tensor>> all;
  for (const auto& [name, tensor] : unet_parameters.named()) {
    all.emplace_back(prefix(kUnet) + name, tensor);
  }
  for (const auto& [name, tensor] : conditioner_parameters.named()) {
    all.emplace_back(prefix(kConditioner) + name, tensor);
  }
  return all;
}

Tensor batch_context(const Conditioner& conditioner, const UnetBatch& batch) {
  const Tensor image = conditioner.image_tokens(batch.identity);
  return conditioner.context(
      conditioner.view_tokens(batch.angles),
      batch.kept * image + (1 - batch.kept) * conditioner.no_image_tokens());
}

}  // namespace portrait

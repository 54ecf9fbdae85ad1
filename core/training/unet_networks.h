// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/conditioner.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/nn/parameters.h"
#include "core/training/unet_batch.h"

#include <string>
#include <utility>
#include <vector>

namespace portrait {

class ModelPack;

struct UnetNetworksConfig {
  UNetConfig unet = compact_unet();
  ConditionerConfig conditioner;
};

// The base UNet and the conditioner that is learned with it. Names of both together are "unet.*"
// and "conditioner.*".
// Context tokens [B, M, W] of a batch, without the photos that are withheld.
Tensor batch_context(const Conditioner& conditioner, const UnetBatch& batch);

struct UnetNetworks {
  Parameters unet_parameters;
  Parameters conditioner_parameters;
  UNet2DConditionModel unet;
  Conditioner conditioner;

  UnetNetworks(Parameters of_unet, Parameters of_conditioner, const UnetNetworksConfig& config);
  // Bound to the values of named(). Throws kCorrupt as Parameters does.
  static UnetNetworks from(const TensorMap& values, const UnetNetworksConfig& config);

  static TensorMap random(const UnetNetworksConfig& config, std::uint64_t seed);
  // Of the pack's "unet" and "conditioner", whose sizes `config` takes over.
  static TensorMap of_pack(const ModelPack& pack, UnetNetworksConfig& config);
  // The tensors of one network, "unet" or "conditioner", under its own names.
  static TensorMap part(const TensorMap& values, const std::string& network);

  // All that is learned.
  std::vector<std::pair<std::string, Tensor>> named() const;

  Tensor context(const UnetBatch& batch) const { return batch_context(conditioner, batch); }
};

}  // namespace portrait

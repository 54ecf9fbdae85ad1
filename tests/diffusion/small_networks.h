// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/unet_config.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch_safetensors.h"

#include <filesystem>
#include <string>

namespace portrait {

// The sizes that the reference fixtures unet_small and brushnet_small were computed with.
inline UNetSizes small_sizes() {
  UNetSizes sizes;
  sizes.block_out_channels = {32, 64, 64, 64};
  sizes.norm_num_groups = 8;
  return sizes;
}

inline UNetConfig small_unet_config() {
  UNetConfig config;
  config.sizes = small_sizes();
  config.attention.heads = {4, 4, 4, 4};
  config.attention.cross_attention_dim = 24;
  return config;
}

inline double relative_difference(const Tensor& found, const Tensor& expected) {
  return ((found - expected).abs().max() / expected.abs().max()).item<double>();
}

// Writes the tensors into a folder and its pack.json.
inline void add_small_network(const std::filesystem::path& pack, const std::string& id,
                              const TensorMap& tensors, const nlohmann::json& config) {
  PackNetwork network;
  network.id = id;
  network.file = id + ".safetensors";
  network.config = config;
  save_tensors(pack / network.file, tensors);
  add_network(pack, network);
}

}  // namespace portrait

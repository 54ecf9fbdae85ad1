// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/model_pack.h"
#include "core/nn/torch_safetensors.h"

#include <filesystem>
#include <string>

namespace portrait {

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

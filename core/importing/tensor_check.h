// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/lora.h"
#include "core/nn/safetensors.h"

#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

// A tensor of a file as it will stand in a pack.
struct ImportedTensor {
  std::string name;                 // the network's own
  std::vector<std::int64_t> shape;  // the network's own
  std::string stored;               // its name in the file
  TensorView view;
  std::filesystem::path file;
};

// Holds tensors against a network's parameters. Throws kCorrupt; the message counts what is
// missing, surplus, misshapen or not of floating point, and names the first few of each with shapes
// and files. `what`: the network and where its configuration stands.
void check_tensors(const std::vector<ImportedTensor>& tensors, const ShapeMap& expected,
                   const std::string& what);

}  // namespace portrait

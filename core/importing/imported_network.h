// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/lora.h"
#include "core/importing/component_files.h"
#include "core/importing/tensor_check.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace portrait {

// A network of others as a pack will have it: known, read and checked, nothing written yet.
struct ImportedNetwork {
  std::string id;
  std::string source;  // the last two parts of its folder's path, for people
  nlohmann::json config;
  std::vector<std::filesystem::path> files;
  std::shared_ptr<const SafetensorsFile> weights;  // of all files, under the names in them
  std::vector<ImportedTensor> tensors;  // under the network's own, without what is ignored
  ShapeMap parameters;                  // of the network

  std::uintmax_t bytes() const;
};

// Each holds names, shapes and types of all tensors against the network that the configuration
// describes. Throw kCorrupt, kUnsupported, and what find_component does.
ImportedNetwork imported_unet(const ComponentFiles& files);
ImportedNetwork imported_vae(const ComponentFiles& files);
ImportedNetwork imported_brushnet(const ComponentFiles& files);
// A CLIPTextModel of transformers; names with or without "text_model." before them.
ImportedNetwork imported_text_encoder(const ComponentFiles& files);

// Throws kCorrupt when networks of one pack do not go together: latents of other channels, a
// context of another width, a control branch of other sizes than the UNet.
void check_together(const std::vector<ImportedNetwork>& networks);

}  // namespace portrait

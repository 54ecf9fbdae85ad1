// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch_safetensors.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace portrait {

// What a trainer leaves for a pack: FOLDER/ID.safetensors in half precision, whose metadata state
// "config" (JSON), "samples_seen" and "trained_on". Throws kIo.
void write_weights(const std::filesystem::path& folder, const std::string& id,
                   const TensorMap& tensors, const nlohmann::json& config,
                   std::int64_t samples_seen, const std::string& trained_on);

// The "config" that such a file states. Throws kNotFound, kCorrupt (it states none).
nlohmann::json weights_config(const std::filesystem::path& folder, const std::string& id);

// Copies FOLDER/ID.safetensors into a pack and names it there with its hash, configuration,
// provenance and the credits of the data it was trained on; a prior's depth slices become those of
// the pack's frame. Makes the pack when there is none.
// Throws kNotFound (no weights), kCorrupt (weights that do not state what they are), kIo.
void install_weights(const std::filesystem::path& folder, const std::string& id,
                     const std::filesystem::path& pack);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/safetensors.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace portrait {

// For weights larger than memory: writes `path` itself, not beside it, a few MB at a time, and lets
// go of the pages of the data, which lie in mapped files. Tensors are laid out as save_safetensors
// does. Has interruption points. Returns the SHA-256 of what was written.
// Throws kIo and leaves a part of the file; kInternal as save_safetensors does.
std::string stream_safetensors(const std::filesystem::path& path,
                               const std::vector<TensorToSave>& tensors,
                               const std::map<std::string, std::string>& metadata = {});

}  // namespace portrait

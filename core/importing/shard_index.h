// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

namespace portrait {

// The files of weights that were split, from their index (*.safetensors.index.json, with a
// "weight_map" from each tensor to the file beside the index that has it), in the order of their
// names. Every file is there and has the tensors that the index says, no fewer and no others.
// Throws kNotFound, kCorrupt, kBadInput (a pickle); messages name tensor and file.
std::vector<std::filesystem::path> read_shard_index(const std::filesystem::path& index);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/prior/plane_encoder.h"

#include <filesystem>

namespace portrait {

// Copies FOLDER/prior.safetensors, as train_prior() leaves it, into a pack and names it there with
// its hash, configuration, provenance and the credits of the data it was trained on; the pack's
// frame takes the network's depth slices. Makes the pack when there is none.
// Throws kNotFound (no weights), kIo.
void install_prior(const std::filesystem::path& folder, const std::filesystem::path& pack);

}  // namespace portrait

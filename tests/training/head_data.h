// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace portrait {

// Points a cache's options at the head model and the hair beside the project; false: they are not
// there.
template <class Options>
bool use_head_data(Options& options) {
  const std::filesystem::path data =
      std::filesystem::path(PORTRAIT_SOURCE_DIR) / "../shared/data/heads";
  options.heads = data / "ict_facekit_light.safetensors";
  options.hair = data / "hair_cc0.safetensors";
  return std::filesystem::exists(options.heads);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace portrait {

// The photo behind "Try the sample": PORTRAIT_SAMPLE, else the public-domain astronaut of Debian's
// python3-imageio, else the first picture of resources/samples in the program's own tree or its
// installed data. Empty when there is none.
std::filesystem::path find_sample_photo(const std::filesystem::path& program_folder);

// The model pack that ships: the same places, packs/compact. Empty when there is none.
std::filesystem::path find_shipped_pack(const std::filesystem::path& program_folder);

}  // namespace portrait

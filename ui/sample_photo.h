// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace portrait {

// The photo behind "Try the sample": PORTRAIT_SAMPLE, else the first picture of samples/ in the
// installed data beside the program's bin, then in resources of the program's own tree, else the
// public-domain astronaut of Debian's python3-imageio. Empty when there is none.
std::filesystem::path find_sample_photo(const std::filesystem::path& program_folder);

// The model pack that ships: the same two folders, packs/compact. Empty when there is none.
std::filesystem::path find_shipped_pack(const std::filesystem::path& program_folder);

}  // namespace portrait

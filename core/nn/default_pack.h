// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace portrait {

// Folder of the pack that ships: PORTRAIT_PACK, else share/portrait-studio/packs/compact beside
// the program's bin, else resources/packs/compact of the source tree that the program was built
// in. Throws kNotFound naming the places that were tried.
std::filesystem::path default_pack_folder();

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace portrait {

// Resident memory of this process in MB (2^20 bytes); 0 where the system does not say.
double resident_memory_mb();
// "AMD EPYC 9555 64-Core Processor"; "processor" where the system does not say.
std::string processor_name();

// Folder of the pack that ships: PORTRAIT_PACK, else share/portrait-studio/packs/compact beside
// the program's bin, else resources/packs/compact of the source tree that the program was built
// in. Throws kNotFound naming the places that were tried.
std::filesystem::path default_pack_folder();

}  // namespace portrait

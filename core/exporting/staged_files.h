// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace portrait {

struct NamedBytes {
  std::string name;  // of a file in the folder
  std::string bytes;
};

// Files that are of use only together: a mesh, its material, its textures. They are written into a
// hidden folder beside `main_file`, under the names they will have, so that `verify` can read them
// as a program will that follows the names in them. Then each is renamed to its place, `main_file`
// last. When anything fails, the files that existed come back and nothing else is left behind.
// Throws kIo, kBadUsage when a companion has the name of `main_file`, and what verify throws.
void write_verified_together(
    const std::filesystem::path& main_file, const std::string& main_bytes,
    const std::vector<NamedBytes>& companions,
    const std::function<void(const std::filesystem::path& staged_main_file)>& verify);

}  // namespace portrait

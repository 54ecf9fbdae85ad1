// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace portrait {

// The name of a file that belongs to a mesh file and stands beside it: its stem and `ending`
// ("_texture.png"). Importers cut such names at blanks and choke on quotes, so only letters,
// digits, '.', '_' and '-' of ASCII stay; a stem that had others gets 8 digits of its hash, so that
// two stems never share a name.
std::string companion_name(const std::filesystem::path& mesh_file, const std::string& ending);

// A name for an object in OBJ: as above, '_' for the rest; "head" when nothing is left.
std::string plain_name(const std::string& name);

// A name for a prim in USD: letters, digits and '_', no digit in front.
std::string identifier(const std::string& name);

// Refuses a name that leads out of the folder of the file which mentions it. Throws kCorrupt.
void require_beside(const std::string& name, const char* file);

}  // namespace portrait

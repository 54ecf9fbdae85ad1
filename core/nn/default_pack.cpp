// SPDX-License-Identifier: Apache-2.0
#include "core/nn/default_pack.h"

#include "core/base/error.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <system_error>
#include <vector>

namespace portrait {

namespace fs = std::filesystem;

fs::path default_pack_folder() {
  std::vector<fs::path> places;
  if (const char* given = std::getenv("PORTRAIT_PACK")) places.emplace_back(given);
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path bin = program.parent_path();
    places.push_back(bin.parent_path() / "share/portrait-studio/packs/compact");
    // build/<preset>/bin/portrait or build/<preset>/tests/test_x
    places.push_back(bin.parent_path().parent_path().parent_path() / "resources/packs/compact");
  }
  std::string tried;
  for (const fs::path& place : places) {
    if (fs::exists(place / "pack.json", error)) return place;
    tried += (tried.empty() ? "" : ", ") + place.string();
  }
  fail(
      ErrorCode::kNotFound,
      "The model pack was not found (no pack.json in {}). Install the program anew, or name a pack "
      "with --pack or PORTRAIT_PACK.",
      tried);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/session/machine_info.h"

#include "core/base/error.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <system_error>
#include <vector>

namespace portrait {

namespace fs = std::filesystem;

double resident_memory_mb() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  if (!(file >> total >> resident)) return 0;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind("model name", 0) != 0) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "processor";
}

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

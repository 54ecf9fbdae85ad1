// SPDX-License-Identifier: Apache-2.0
#include "ui/sample_photo.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace portrait {
namespace {

namespace fs = std::filesystem;

// Where resources may stand: where an installation puts them, and up the tree from the program (a
// build folder lies inside the sources). The installation comes first: wherever it was put, it
// uses what it brought.
std::vector<fs::path> resource_folders(const fs::path& program_folder) {
  std::vector<fs::path> folders = {program_folder.parent_path() / "share" / "portrait-studio"};
  fs::path up = program_folder;
  for (int level = 0; level < 5 && !up.empty(); ++level) {
    folders.push_back(up / "resources");
    if (up == up.parent_path()) break;
    up = up.parent_path();
  }
  return folders;
}

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg" || ending == ".webp";
}

}  // namespace

fs::path find_sample_photo(const fs::path& program_folder) {
  std::error_code error;
  if (const char* chosen = std::getenv("PORTRAIT_SAMPLE")) {
    if (fs::is_regular_file(chosen, error)) return chosen;
  }
  for (const fs::path& folder : resource_folders(program_folder)) {
    std::vector<fs::path> pictures;
    for (const auto& entry : fs::directory_iterator(folder / "samples", error)) {
      if (is_picture(entry.path())) pictures.push_back(entry.path());
    }
    if (!pictures.empty()) return *std::min_element(pictures.begin(), pictures.end());
  }
  const fs::path astronaut = "/usr/lib/python3/dist-packages/imageio/resources/images/astronaut.png";
  if (fs::is_regular_file(astronaut, error)) return astronaut;
  return {};
}

fs::path find_shipped_pack(const fs::path& program_folder) {
  std::error_code error;
  for (const fs::path& folder : resource_folders(program_folder)) {
    const fs::path pack = folder / "packs" / "compact";
    if (fs::is_regular_file(pack / "pack.json", error)) return pack;
  }
  return {};
}

}  // namespace portrait

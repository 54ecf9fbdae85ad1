// SPDX-License-Identifier: Apache-2.0
#include "app/cli/photo_list.h"

#include "core/base/error.h"
#include "core/image/image_header.h"
#include "core/image/read_image.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <system_error>

namespace portrait::cli {
namespace fs = std::filesystem;
namespace {

bool looks_like_photo(const fs::path& path) {
  std::array<char, 64> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(head.data());
  return read_image_header({bytes, std::size_t(file.gcount())}).format != ImageFormat::kUnknown;
}

std::vector<fs::path> photos_of_folder(const fs::path& folder) {
  std::vector<fs::path> photos;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const bool hidden = entry.path().filename().string().front() == '.';
    if (!hidden && entry.is_regular_file(problem) && looks_like_photo(entry.path())) {
      photos.push_back(entry.path());
    }
  }
  check(!photos.empty(), ErrorCode::kBadInput,
        "There is no JPEG, PNG, WebP or TIFF in the folder \"{}\"; give a photo or a folder of "
        "photos",
        folder.string());
  std::sort(photos.begin(), photos.end());
  return photos;
}

void require_readable(const std::vector<fs::path>& photos) {
  std::string bad;
  for (const fs::path& photo : photos) {
    try {
      read_image(photo);
    } catch (const Error& error) {
      bad += "\n  " + error.message();
    }
  }
  check(bad.empty(), ErrorCode::kBadInput,
        "Some of the photos cannot be used, and none was begun; mend or leave out:{}", bad);
}

}  // namespace

std::vector<PhotoToDo> photos_to_do(const std::vector<fs::path>& arguments, const fs::path& out) {
  std::vector<fs::path> photos;
  bool batch = arguments.size() > 1;
  for (const fs::path& argument : arguments) {
    check(fs::exists(argument), ErrorCode::kNotFound, "There is no file \"{}\"; check the name",
          argument.string());
    if (fs::is_directory(argument)) {
      batch = true;
      const auto found = photos_of_folder(argument);
      photos.insert(photos.end(), found.begin(), found.end());
    } else {
      photos.push_back(argument);
    }
  }
  if (!batch) {
    read_image(photos.front());
    return {{photos.front(), out}};
  }
  require_readable(photos);
  std::map<std::string, int> stems;
  for (const fs::path& photo : photos) ++stems[photo.stem().string()];
  std::map<std::string, int> used;
  std::vector<PhotoToDo> list;
  for (const fs::path& photo : photos) {
    const std::string stem = photo.stem().string();
    std::string name = stems[stem] == 1 ? stem : photo.filename().string();
    // The same name twice, from two folders.
    if (const int again = used[name]++; again > 0) name += fmt::format("-{}", again + 1);
    list.push_back({photo, out / name});
  }
  return list;
}

}  // namespace portrait::cli

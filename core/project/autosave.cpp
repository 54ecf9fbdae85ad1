// SPDX-License-Identifier: Apache-2.0
#include "core/project/autosave.h"

#include <algorithm>
#include <string_view>
#include <system_error>

namespace portrait {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kSuffix = ".autosave.portrait";

fs::path numbered(const fs::path& folder, const std::string& photo_name, int number) {
  std::string stem = fs::path(photo_name).stem().string();
  if (stem.empty()) stem = "head";
  if (number > 1) stem += " (" + std::to_string(number) + ")";
  return folder / stem.append(kSuffix);
}

}  // namespace

bool is_autosave(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.size() > kSuffix.size() && name.ends_with(kSuffix);
}

std::string autosaved_name(const fs::path& autosave) {
  const std::string name = autosave.filename().string();
  return is_autosave(autosave) ? name.substr(0, name.size() - kSuffix.size()) : name;
}

fs::path project_of(const fs::path& autosave) {
  if (!is_autosave(autosave)) return {};
  const fs::path project = autosave.parent_path() / (autosaved_name(autosave) + ".portrait");
  std::error_code error;
  return fs::exists(project, error) ? project : fs::path();
}

fs::path autosave_path(const fs::path& project) {
  if (is_autosave(project)) return project;  // a recovered head goes on saving where it was
  return project.parent_path() / project.stem().string().append(kSuffix);
}

fs::path autosave_path(const fs::path& folder, const std::string& photo_name) {
  return numbered(folder, photo_name, 1);
}

fs::path free_autosave_path(const fs::path& folder, const std::string& photo_name) {
  std::error_code error;
  int number = 1;
  while (fs::exists(numbered(folder, photo_name, number), error)) ++number;
  return numbered(folder, photo_name, number);
}

std::optional<fs::path> recovery_of(const fs::path& project) {
  const fs::path candidate = autosave_path(project);
  std::error_code error;
  const auto saved = fs::last_write_time(candidate, error);
  if (error || candidate == project) return std::nullopt;
  const auto project_time = fs::last_write_time(project, error);
  if (!error && project_time >= saved) return std::nullopt;
  return candidate;
}

std::vector<fs::path> recoveries_in(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!is_autosave(it->path())) continue;
    std::error_code time_error;
    const auto time = fs::last_write_time(it->path(), time_error);
    if (!time_error) found.emplace_back(time, it->path());
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::vector<fs::path> paths;
  for (auto& entry : found) paths.push_back(std::move(entry.second));
  return paths;
}

void discard_autosave(const fs::path& autosave) {
  std::error_code ignored;
  fs::remove(autosave, ignored);
}

}  // namespace portrait

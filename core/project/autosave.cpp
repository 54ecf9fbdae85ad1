// SPDX-License-Identifier: Apache-2.0
#include "core/project/autosave.h"

#include <algorithm>
#include <system_error>

namespace portrait {
namespace {

namespace fs = std::filesystem;
constexpr const char* kSuffix = ".autosave.portrait";

bool is_autosave(const fs::path& path) {
  const std::string name = path.filename().string();
  const std::string suffix = kSuffix;
  return name.size() > suffix.size() &&
         name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
}

}  // namespace

fs::path autosave_path(const fs::path& project) {
  if (is_autosave(project)) return project;  // a recovered head goes on saving where it was
  return project.parent_path() / (project.stem().string() + kSuffix);
}

fs::path autosave_path(const fs::path& folder, const std::string& photo_name) {
  const std::string stem = fs::path(photo_name).stem().string();
  return folder / ((stem.empty() ? std::string("head") : stem) + kSuffix);
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

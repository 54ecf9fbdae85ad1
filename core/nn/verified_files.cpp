// SPDX-License-Identifier: Apache-2.0
#include "core/nn/verified_files.h"

#include "core/base/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace portrait {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

constexpr std::size_t kMostRemembered = 200;
constexpr std::int64_t kYoung_ns = 1'000'000'000;  // coarser than any file system's clock
constexpr const char* kHash = "sha256";
constexpr const char* kUsed = "used";

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::int64_t now_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return nanoseconds(time);
}

// What tells one content of a file from another without reading it.
struct Marks {
  json value;
  std::int64_t changed_ns = 0;
  std::uintmax_t size = 0;
};

std::optional<Marks> marks_of(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  Marks marks;
  marks.size = static_cast<std::uintmax_t>(info.st_size);
  marks.changed_ns = std::max(nanoseconds(info.st_mtim), nanoseconds(info.st_ctim));
  marks.value = {marks.size, std::uint64_t{info.st_dev}, std::uint64_t{info.st_ino},
                 nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)};
  return marks;
}

// Empty: there is no home to remember in.
fs::path memory_path() {
  const auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value == '/' ? fs::path(value) : fs::path();
  };
  fs::path cache = set("XDG_CACHE_HOME");
  if (cache.empty() && !set("HOME").empty()) cache = set("HOME") / ".cache";
  return cache.empty() ? cache : cache / "portrait-studio" / "verified_files.json";
}

// A memory that cannot be read is none.
json remembered() {
  const fs::path path = memory_path();
  std::error_code problem;
  if (path.empty() || !fs::is_regular_file(path, problem) ||
      fs::file_size(path, problem) > 1 << 20) {
    return json::object();
  }
  std::ifstream in(path, std::ios::binary);
  json memory = json::parse(in, nullptr, false);
  return memory.is_object() ? memory : json::object();
}

std::optional<std::string> recall(const fs::path& file, const Marks& marks) {
  const json memory = remembered();
  const auto entry = memory.find(file.string());
  if (entry == memory.end() || !entry->is_object() ||
      entry->value("marks", json()) != marks.value) {
    return std::nullopt;
  }
  const auto hash = entry->find(kHash);
  return hash != entry->end() && hash->is_string() ? std::optional(hash->get<std::string>())
                                                   : std::nullopt;
}

// Entries of files that are gone, and beyond a number those of the longest ago, are dropped.
void forget_some(json& memory) {
  std::vector<std::pair<std::int64_t, std::string>> kept;
  for (const auto& [path, entry] : memory.items()) {
    std::error_code ignored;
    const auto used = entry.is_object() ? entry.find(kUsed) : entry.end();
    const bool sound = entry.is_object() && used != entry.end() && used->is_number_integer();
    if (sound && fs::exists(path, ignored)) kept.emplace_back(used->get<std::int64_t>(), path);
  }
  std::sort(kept.rbegin(), kept.rend());
  if (kept.size() > kMostRemembered) kept.resize(kMostRemembered);
  json fewer = json::object();
  for (const auto& [used, path] : kept) fewer[path] = std::move(memory[path]);
  memory = std::move(fewer);
}

void remember(const fs::path& file, const Marks& marks, const std::string& sha256) {
  const fs::path path = memory_path();
  if (path.empty() || marks.size < kLeastRemembered || now_ns() - marks.changed_ns < kYoung_ns) {
    return;
  }
  std::error_code problem;
  fs::create_directories(path.parent_path(), problem);
  // Not being able to remember is no error, only slower.
  if (!fs::is_directory(path.parent_path(), problem)) return;
  json memory = remembered();
  memory[file.string()] = {{"marks", marks.value}, {kHash, sha256}, {kUsed, now_ns()}};
  forget_some(memory);
  const fs::path beside = path.parent_path() / fmt::format(".verified.{}", ::getpid());
  std::ofstream out(beside, std::ios::binary);
  out << memory.dump(1, ' ', false, json::error_handler_t::replace) << '\n';
  out.close();
  if (out) fs::rename(beside, path, problem);
  fs::remove(beside, problem);
}

}  // namespace

std::string verified_sha256(const fs::path& path, Hashing hashing) {
  std::error_code problem;
  const fs::path file = fs::canonical(path, problem);
  const auto before = problem ? std::nullopt : marks_of(file);
  if (!before || before->size < kLeastRemembered) return sha256_file(path);
  if (hashing == Hashing::kRemembered) {
    if (const auto known = recall(file, *before)) return *known;
  }
  const std::string sha256 = sha256_file(file);
  // Written to in the meantime: of which content the hash is, nobody knows.
  const auto after = marks_of(file);
  if (after && after->value == before->value) remember(file, *after, sha256);
  return sha256;
}

void remember_sha256(const fs::path& path, const std::string& sha256) {
  std::error_code problem;
  const fs::path file = fs::canonical(path, problem);
  if (const auto marks = problem ? std::nullopt : marks_of(file)) remember(file, *marks, sha256);
}

}  // namespace portrait

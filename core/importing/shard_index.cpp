// SPDX-License-Identifier: Apache-2.0
#include "core/importing/shard_index.h"

#include "core/base/error.h"
#include "core/nn/bounded_json.h"
#include "core/nn/pickle.h"
#include "core/nn/safetensors.h"

#include <map>
#include <set>
#include <string>
#include <system_error>

namespace portrait {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const fs::path& index, const std::string& what) {
  throw Error(
      ErrorCode::kCorrupt,
      fmt::format("The index \"{}\" {}; get all files of this network again", index.string(), what),
      index.string());
}

// File -> its tensors.
std::map<std::string, std::set<std::string>> shards_of(const fs::path& index) {
  const nlohmann::json document = read_json_file(index);
  const auto map = document.is_object() ? document.find("weight_map") : document.end();
  if (map == document.end() || !map->is_object() || map->empty()) {
    refuse(index, "has no \"weight_map\" from tensors to files");
  }
  std::map<std::string, std::set<std::string>> shards;
  for (const auto& [tensor, file] : map->items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : std::string();
    // A name alone: an index could have any file of a user read.
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
      refuse(index, fmt::format("has {} as the file of \"{}\"; the name of a file beside it is "
                                "expected",
                                file.dump(-1, ' ', true), tensor));
    }
    shards[name].insert(tensor);
  }
  return shards;
}

void check_shard(const fs::path& index, const fs::path& path,
                 const std::set<std::string>& expected) {
  const SafetensorsFile file(path);
  for (const std::string& name : expected) {
    if (file.contains(name)) continue;
    refuse(index, fmt::format("promises the tensor \"{}\" in \"{}\", which does not have it", name,
                              path.filename().string()));
  }
  for (const auto& [name, view] : file.tensors()) {
    if (expected.count(name) != 0) continue;
    refuse(index, fmt::format("does not name the tensor \"{}\" that \"{}\" has", name,
                              path.filename().string()));
  }
}

}  // namespace

std::vector<fs::path> read_shard_index(const fs::path& index) {
  std::vector<fs::path> paths;
  for (const auto& [name, tensors] : shards_of(index)) {
    const fs::path path = index.parent_path() / name;
    std::error_code ignored;
    check(fs::is_regular_file(path, ignored), ErrorCode::kNotFound,
          "The index \"{}\" names the file \"{}\", which is not beside it; get all files of this "
          "network",
          index.string(), name);
    refuse_pickle(path);
    check_shard(index, path, tensors);
    paths.push_back(path);
  }
  return paths;
}

}  // namespace portrait

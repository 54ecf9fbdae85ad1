// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/model_pack.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

inline constexpr const char* kPackFile = "pack.json";

// What a pack.json says, every field checked; no other file is opened.
struct PackDocument {
  std::string name;
  std::string version;
  PackFrame frame;
  std::vector<PackNetwork> networks;  // without weights
  std::vector<PackFile> others;       // of the tokenizer
  nlohmann::json json;
};

// `text` is the content of the folder's pack.json. Throws kCorrupt, kUnsupported (newer schema).
PackDocument parse_pack(const std::filesystem::path& folder, const std::string& text);

// kCorrupt, about the folder's pack.json.
[[noreturn]] void fail_pack(const std::filesystem::path& folder, const std::string& what);

// Names the weights of a network of several files.
std::string sha256_of_files(const std::vector<PackFile>& files);

nlohmann::json frame_json(const PackFrame& frame);
nlohmann::json network_json(const PackNetwork& network);
// The earliest schema that can say all that a document with these "networks" does.
int schema_of(const nlohmann::json& networks);

}  // namespace portrait

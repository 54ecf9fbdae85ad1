// SPDX-License-Identifier: Apache-2.0
#include "core/base/files.h"
#include "core/nn/bounded_json.h"
#include "core/nn/model_pack.h"
#include "core/nn/pack_document.h"
#include "core/nn/pickle.h"

#include <algorithm>
#include <system_error>

namespace portrait {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

json read_or_new(const fs::path& folder) {
  const fs::path path = folder / kPackFile;
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    json document = read_json_file(path);
    if (!document.is_object()) fail_pack(folder, "it is not a JSON object");
    return document;
  }
  return {{"schema", 1},
          {"name", fs::absolute(folder).filename().string()},
          {"version", "0"},
          {"networks", json::array()}};
}

void write_document(const fs::path& folder, json document) {
  document["schema"] = schema_of(document["networks"]);
  write_text_file(folder / kPackFile, document.dump(2) + "\n");
}

}  // namespace

void write_pack_json(const fs::path& folder, const std::string& name, const std::string& version,
                     const PackFrame& frame, const json& extra) {
  json document = read_or_new(folder);
  document["name"] = name;
  document["version"] = version;
  document["frame"] = frame_json(frame);
  document.update(extra);
  write_document(folder, std::move(document));
}

void add_network(const fs::path& folder, const PackNetwork& network) {
  const fs::path path = folder / network.file;
  require_pack_file(folder, network.file);
  refuse_pickle(path);
  const SafetensorsFile readable(path);
  json document = read_or_new(folder);
  json& entries = document["networks"];
  if (!entries.is_array()) entries = json::array();
  entries.erase(std::remove_if(entries.begin(), entries.end(),
                               [&](const json& entry) {
                                 return entry.is_object() && entry.value("id", "") == network.id;
                               }),
                entries.end());
  PackNetwork hashed = network;
  hashed.sha256 = sha256_file(path);
  entries.push_back(network_json(hashed));
  write_document(folder, std::move(document));
}

void write_pack(const fs::path& folder, const std::string& name,
                const std::vector<PackNetwork>& networks, const json& extra) {
  json document = {{"name", name}, {"version", "1"}, {"networks", json::array()}};
  for (const PackNetwork& network : networks) {
    document["networks"].push_back(network_json(network));
  }
  document.update(extra);
  write_document(folder, std::move(document));
}

}  // namespace portrait

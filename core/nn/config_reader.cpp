// SPDX-License-Identifier: Apache-2.0
#include "core/nn/config_reader.h"

#include <algorithm>
#include <utility>

namespace portrait {

ConfigReader::ConfigReader(const nlohmann::json& json, std::string owner)
    : json_(json), owner_(std::move(owner)) {
  check(json.is_object(), ErrorCode::kCorrupt, "The {}'s configuration is no JSON object", owner_);
}

bool ConfigReader::has(const char* key) const {
  const auto found = json_.find(key);
  return found != json_.end() && !found->is_null();
}

void ConfigReader::require(bool sound, const char* key) const {
  check(sound, ErrorCode::kCorrupt, "The {}'s configuration has {} as \"{}\"", owner_,
        has(key) ? json_.at(key).dump() : "nothing", key);
}

void ConfigReader::require_only(const char* key, const nlohmann::json& only) const {
  check(!has(key) || json_.at(key) == only, ErrorCode::kUnsupported,
        "The {}'s configuration has {} as \"{}\"; only {} is supported", owner_,
        has(key) ? json_.at(key).dump() : "nothing", key, only.dump());
}

void ConfigReader::read_count(const char* key, int& value) const {
  read(key, value);
  require(value > 0 && value <= kMostChannels, key);
}

void ConfigReader::read_widths(const char* key, std::vector<int>& widths, int groups) const {
  read(key, widths);
  const auto sound = [&](int channels) {
    return channels > 0 && channels <= kMostChannels && channels % groups == 0;
  };
  require(!widths.empty() && widths.size() <= 8 && std::all_of(widths.begin(), widths.end(), sound),
          key);
}

}  // namespace portrait

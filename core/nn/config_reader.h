// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace portrait {

// Reads a configuration under the names of a published config.json. Keys that are absent or null
// leave a value as it is; a value that makes no network throws kCorrupt naming its key.
class ConfigReader {
 public:
  static constexpr int kMostChannels = 16384;

  // `owner`: whose configuration, for messages. Throws kCorrupt when `json` is no object.
  ConfigReader(const nlohmann::json& json, std::string owner);

  bool has(const char* key) const;
  void require(bool sound, const char* key) const;
  // Throws kUnsupported when the key is there with another value than `only`.
  void require_only(const char* key, const nlohmann::json& only) const;

  template <typename T>
  void read(const char* key, T& value) const {
    if (!has(key)) return;
    try {
      value = json_.at(key).template get<T>();
    } catch (const nlohmann::json::exception&) {
      require(false, key);
    }
  }
  // 1 to kMostChannels.
  void read_count(const char* key, int& value) const;
  // One to eight numbers of channels, each a multiple of `groups`.
  void read_widths(const char* key, std::vector<int>& widths, int groups) const;

 private:
  const nlohmann::json& json_;
  std::string owner_;
};

}  // namespace portrait

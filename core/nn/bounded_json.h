// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>

namespace portrait {

// JSON files of others: configurations, indices, packs.
inline constexpr std::size_t kLargestJsonFile = 64 << 20;
inline constexpr int kDeepestJson = 64;  // copying and writing JSON goes as deep on the stack

// Throws kNotFound, kIo; kCorrupt naming the file when it is larger or deeper than that, or no
// JSON.
nlohmann::json read_json_file(const std::filesystem::path& path);
// The same of a text that was read from `path`.
nlohmann::json parse_json(const std::string& text, const std::filesystem::path& path);

}  // namespace portrait

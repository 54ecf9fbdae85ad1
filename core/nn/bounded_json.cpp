// SPDX-License-Identifier: Apache-2.0
#include "core/nn/bounded_json.h"

#include "core/base/error.h"
#include "core/base/files.h"

#include <string>
#include <system_error>

namespace portrait {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw Error(ErrorCode::kCorrupt,
              fmt::format("\"{}\" is {}; get the file again", path.string(), what), path.string());
}

}  // namespace

nlohmann::json parse_json(const std::string& text, const std::filesystem::path& path) {
  if (text.size() > kLargestJsonFile) {
    refuse(path, fmt::format("a JSON file of {} bytes, and {} are the most", text.size(),
                             kLargestJsonFile));
  }
  const auto watch = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > kDeepestJson) refuse(path, fmt::format("nested deeper than {}", kDeepestJson));
    return true;
  };
  nlohmann::json parsed = nlohmann::json::parse(text, watch, false);
  if (parsed.is_discarded()) refuse(path, "not JSON");
  return parsed;
}

nlohmann::json read_json_file(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  if (!ignored && size > kLargestJsonFile) {
    refuse(path,
           fmt::format("a JSON file of {} bytes, and {} are the most", size, kLargestJsonFile));
  }
  return parse_json(read_text_file(path), path);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "app/cli/print_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

bool is_plain(const Json& value) {
  return !value.is_object() && !value.is_array();
}

bool is_row(const Json& list) {
  for (const Json& item : list) {
    if (!is_plain(item)) return false;
  }
  return list.size() <= 8;
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{:.5g}", value.get<double>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return dumped(value);
}

void print(const std::string& name, const Json& value, const std::string& indent) {
  if (is_plain(value)) {
    std::printf("%s%-22s %s\n", indent.c_str(), name.c_str(), text_of(value).c_str());
  } else if (value.is_array() && is_row(value)) {
    std::string row;
    for (const Json& item : value) row += (row.empty() ? "" : ", ") + text_of(item);
    std::printf("%s%-22s %s\n", indent.c_str(), name.c_str(), value.empty() ? "-" : row.c_str());
  } else {
    std::printf("%s%s\n", indent.c_str(), name.c_str());
    int number = 0;
    for (const auto& [key, item] : value.items()) {
      print(value.is_array() ? std::to_string(++number) : key, item, indent + "  ");
    }
  }
}

}  // namespace

void print_facts(const Json& facts, bool as_json) {
  if (as_json) {
    std::printf("%s\n", dumped(facts, 2).c_str());
  } else {
    for (const auto& [key, value] : facts.items()) print(key, value, "");
  }
  std::fflush(stdout);
}

}  // namespace portrait::cli

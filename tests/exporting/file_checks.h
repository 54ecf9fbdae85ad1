// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

#include <QString>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace portrait {

template <typename Value = std::uint32_t>
Value value_at(const std::string& file, std::size_t offset) {
  Value value{};
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

// The JSON chunk of a GLB.
inline nlohmann::json glb_json(const std::string& file) {
  return nlohmann::json::parse(file.substr(20, value_at(file, 12)));
}

template <typename Vector>
float largest_gap(const std::vector<Vector>& a, const std::vector<Vector>& b) {
  float gap = a.size() == b.size() ? 0 : 1e9F;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    gap = std::max(gap, (a[i] - b[i]).cwiseAbs().maxCoeff());
  }
  return gap;
}

// What an action said that threw an Error of this code; empty otherwise.
template <typename Action>
QString message_of(ErrorCode code, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code() == code ? QString(error.what()) : QString();
  }
  return {};
}

inline std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

}  // namespace portrait

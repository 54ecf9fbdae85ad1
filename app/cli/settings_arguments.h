// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace portrait::cli {

// --preset, --set and the short forms of single settings.
struct SettingsArguments {
  std::string preset = "standard";
  std::vector<std::string> assignments;
  std::optional<std::int64_t> seed;
  std::optional<std::int64_t> face;
  std::string device;

  void add_to(CLI::App& command);
  // Preset first, then --set in order, then the short forms. Throws kBadUsage, naming the nearest
  // key, preset or what the value may be.
  Settings settings() const;
};

}  // namespace portrait::cli

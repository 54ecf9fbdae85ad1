// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/parameters.h"

#include <fmt/ranges.h>

#include <fstream>
#include <map>
#include <string>

namespace portrait {

// What a network's parameters have other than a list in tests/data of "name [shape]" lines; empty
// when names and shapes are the same, each once.
inline std::string difference_to_published(const Parameters& parameters, const std::string& list) {
  std::map<std::string, std::string> expected;
  std::ifstream lines(PORTRAIT_SOURCE_DIR "/tests/data/" + list);
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    if (space != std::string::npos) expected[line.substr(0, space)] = line.substr(space + 1);
  }
  for (const auto& [name, tensor] : parameters.named()) {
    const auto found = expected.find(name);
    if (found == expected.end()) return "surplus or twice: " + name;
    const std::string shape = fmt::format("[{}]", fmt::join(tensor.sizes().vec(), ", "));
    if (shape != found->second) return name + " is " + shape + ", not " + found->second;
    expected.erase(found);
  }
  return expected.empty() ? std::string() : "absent: " + expected.begin()->first;
}

}  // namespace portrait

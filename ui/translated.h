// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <string>
#include <vector>

namespace portrait {

// Where the texts of core/ stand among the translations: labels and help of settings, groups,
// presets, names of stages, what the worker does, what the coach says. All of them are listed in
// resources/translations/core_strings.cpp, which a test writes. A text that is not among them (what
// an error says, a name) comes back as it is.
inline constexpr const char* kCoreContext = "core";

QString translated(const std::string& text);
// The places %1, %2 filled after that.
QString translated(const std::string& pattern, const std::vector<std::string>& arguments);

}  // namespace portrait

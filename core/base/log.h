// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace portrait {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Writes one line to stderr (and to whatever sink was set). Log once, where an error is caught.
void log(LogLevel level, const std::string& line);
void set_log_level(LogLevel least);

template <typename... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace portrait

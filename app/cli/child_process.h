// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace portrait::cli {

// Runs a program and hands over every line that it prints. Its errors go where ours go. `added`
// joins the environment. Returns its exit code, 128 + the signal that ended it. When a stop is
// asked for, the program is told to end.
// Throws kIo when it cannot be started.
int run_child(const std::filesystem::path& program, const std::vector<std::string>& arguments,
              const std::vector<std::pair<std::string, std::string>>& added,
              const std::function<void(const std::string&)>& line, std::stop_token stop);

// The folder of the program that runs.
std::filesystem::path own_folder();

}  // namespace portrait::cli

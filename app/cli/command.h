// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <stop_token>

namespace portrait::cli {

// What main() runs once the command line is understood. The token is set by Ctrl-C.
using Action = std::function<void(std::stop_token)>;

// Each subcommand adds itself to the application and sets `action` when it is chosen. One file
// per subcommand.
void add_train(CLI::App& app, Action& action);
void add_synth(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);

// Not in the training build.
void add_generate(CLI::App& app, Action& action);
void add_render(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_info(CLI::App& app, Action& action);
void add_replay(CLI::App& app, Action& action);
void add_pack(CLI::App& app, Action& action);
void add_evaluate(CLI::App& app, Action& action);

}  // namespace portrait::cli

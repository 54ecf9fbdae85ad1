// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/process_threads.h"
#include "core/base/trusted_code.h"
#include "core/nn/torch_threads.h"

#include <csignal>
#include <cstdio>
#include <new>

#include <unistd.h>

namespace {

std::stop_source interrupted;

// The first Ctrl-C asks for a stop at the next safe point, the second ends the process.
extern "C" void on_interrupt(int) {
  if (interrupted.stop_requested()) _exit(130);
  interrupted.request_stop();
}

// CLI11 would only say that a subcommand is required.
bool names_no_subcommand(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::string known;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() == argv[1]) return false;
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  portrait::log(portrait::LogLevel::kError,
                fmt::format("There is no command \"{}\"; there are {}", argv[1], known));
  return true;
}

int failed(int code, const std::string& message) {
  // Work that was broken off because of Ctrl-C did not fail.
  const bool stopped = interrupted.stop_requested();
  portrait::log(stopped ? portrait::LogLevel::kInfo : portrait::LogLevel::kError, message);
  return stopped ? 130 : code;
}

}  // namespace

int main(int argc, char** argv) {
  portrait::configure_process();
  CLI::App app{"Portrait Studio on the command line: one photo in, one 3D head out."};
  app.set_version_flag("--version", PORTRAIT_VERSION);
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of every subcommand");
  app.add_flag_callback("--trust-code", portrait::trust_code_of_this_run,
                        "Run the code that a pack's TorchScript files hold, in this run");
  portrait::cli::Action action;
#ifndef PORTRAIT_TRAIN_ONLY
  portrait::cli::add_generate(app, action);
  portrait::cli::add_render(app, action);
  portrait::cli::add_export(app, action);
  portrait::cli::add_info(app, action);
  portrait::cli::add_replay(app, action);
  portrait::cli::add_pack(app, action);
  portrait::cli::add_evaluate(app, action);
#endif
  portrait::cli::add_synth(app, action);
  portrait::cli::add_train(app, action);
  portrait::cli::add_bench(app, action);
  if (names_no_subcommand(app, argc, argv)) return 2;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  // A file that grows past its limit is an error of write(), with a message, and not our end.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    portrait::configure_torch_threads();
    action(interrupted.get_token());
    return interrupted.stop_requested() ? 130 : 0;
  } catch (const portrait::Error& error) {
    return failed(portrait::exit_code(error.code()), error.message());
  } catch (const std::bad_alloc&) {
    return failed(1, "Out of memory; close other programs or choose a smaller preset");
  } catch (const std::exception& error) {
    return failed(1, error.what());
  }
}

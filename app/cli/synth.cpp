// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "core/training/subject_cache.h"

#include <cstdio>
#include <memory>

namespace portrait::cli {

void add_synth(CLI::App& app, Action& action) {
  auto options = std::make_shared<SubjectCacheOptions>();
  auto& command = *app.add_subcommand(
      "synth", "Draw synthetic subjects, with their truth, for the trainers");
  command.add_option("--cache", options->folder, "Folder of the subject cache to fill")
      ->required();
  command.add_option("--heads", options->heads, "The head model, ict_facekit_light.safetensors")
      ->required();
  command.add_option("--hair", options->hair, "The hair meshes, hair_cc0.safetensors")->required();
  command.add_option("--first", options->first, "Number of the first subject")
      ->capture_default_str();
  command.add_option("--count", options->count, "How many subjects")->capture_default_str();
  command.add_option("--seed", options->seed)->capture_default_str();
  command.callback([options, &action] {
    action = [options](std::stop_token stop) {
      fill_subject_cache(
          *options,
          [](int done, int of) {
            if (done % 20 == 0 || done == of) {
              std::printf("%d of %d subjects\n", done, of);
              std::fflush(stdout);
            }
          },
          stop);
    };
  });
}

}  // namespace portrait::cli

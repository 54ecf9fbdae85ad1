// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "core/training/subject_cache.h"
#ifndef PORTRAIT_TRAIN_ONLY
#include "core/training/heldout.h"
#endif

#include <cstdio>
#include <memory>

namespace portrait::cli {
namespace {

void show(int done, int of) {
  if (done % 20 != 0 && done != of) return;
  std::printf("%d of %d subjects\n", done, of);
  std::fflush(stdout);
}

}  // namespace

void add_synth(CLI::App& app, Action& action) {
  auto options = std::make_shared<SubjectCacheOptions>();
  auto heldout = std::make_shared<std::string>();
  auto& command = *app.add_subcommand(
      "synth", "Draw synthetic subjects, with their truth, for the trainers and for evaluation");
  auto& target = *command.add_option_group("target", "Exactly one of");
  target.add_option("--cache", options->folder, "Folder of the subject cache to fill");
#ifndef PORTRAIT_TRAIN_ONLY
  target.add_option("--heldout", *heldout, "Folder for the held-out set; its subjects are pinned");
#endif
  target.require_option(1);
  command.add_option("--heads", options->heads, "The head model, ict_facekit_light.safetensors")
      ->required();
  command.add_option("--hair", options->hair, "The hair meshes, hair_cc0.safetensors")->required();
  command.add_option("--first", options->first, "Cache: number of the first subject")
      ->capture_default_str();
  command.add_option("--count", options->count, "Cache: how many subjects")->capture_default_str();
  command.add_option("--seed", options->seed, "Cache: where the random numbers start")
      ->capture_default_str();
  command.callback([options, heldout, &action] {
    action = [options, heldout](std::stop_token stop) {
#ifndef PORTRAIT_TRAIN_ONLY
      if (!heldout->empty()) {
        HeldoutOptions held_options;
        held_options.folder = *heldout;
        held_options.heads = options->heads;
        held_options.hair = options->hair;
        write_heldout(held_options, show, stop);
        return;
      }
#endif
      fill_subject_cache(*options, show, stop);
    };
  });
}

}  // namespace portrait::cli

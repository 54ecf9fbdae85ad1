// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/evaluate_ablation.h"
#include "app/cli/evaluate_hpdm.h"
#include "app/cli/evaluate_restoration.h"
#include "app/cli/evaluate_unet.h"
#include "app/cli/evaluation.h"
#include "app/cli/print_json.h"
#include "app/cli/settings_arguments.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"
#include "core/training/heldout.h"

#include <cstdio>
#include <memory>
#include <string>

#include <unistd.h>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;

// On standard error, and only for someone who watches: standard output is the result.
void show(int done, int of) {
  if (::isatty(STDERR_FILENO) != 1) return;
  std::fprintf(stderr, done < of ? "\r%d of %d" : "\r\x1b[K", done, of);
}

void add_evaluate_head(CLI::App& evaluate, Action& action) {
  struct Arguments {
    fs::path project;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  auto& command = *evaluate.add_subcommand("head",
                                           "A project's head, all round and against the "
                                           "photo");
  command.add_option("project", arguments->project, "A .portrait file")->required();
  command.add_flag("--json", arguments->json, "For scripts");
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) {
      const auto facts = evaluate_head(arguments->project, show, stop);
      if (!stop.stop_requested()) print_facts(facts, arguments->json);
    };
  });
}

void add_evaluate_prior(CLI::App& evaluate, Action& action) {
  struct Arguments {
    fs::path heldout;
    fs::path pack;
    PriorEvaluation options;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  auto& command =
      *evaluate.add_subcommand("prior", "The prior alone on subjects that it was never trained on");
  command
      .add_option("--heldout", arguments->heldout,
                  "Folder of the held-out set; the one that ships is tests/data/heldout")
      ->required();
  command.add_option("--pack", arguments->pack,
                     "Folder of the model pack; default: the one that "
                     "ships");
  command
      .add_option("--subjects", arguments->options.subjects,
                  "Only the first so many; 0: all, as all figures that are quoted")
      ->capture_default_str();
  command.add_option("--sheet", arguments->options.sheet, "Picture of the results, PNG");
  command.add_flag("--json", arguments->json, "For scripts");
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) {
      const HeldoutSet set = HeldoutSet::open(arguments->heldout);
      const ModelPack pack =
          ModelPack::open(arguments->pack.empty() ? default_pack_folder() : arguments->pack);
      const auto facts = evaluate_prior(pack, set, arguments->options, show, stop);
      if (!stop.stop_requested()) print_facts(facts, arguments->json);
    };
  });
}

void add_evaluate_unet(CLI::App& evaluate, Action& action) {
  struct Arguments {
    fs::path pack;
    UnetEvaluation options;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  auto& command = *evaluate.add_subcommand(
      "unet", "The base UNet of the diffusion model, on people that it was never trained on");
  UnetEvaluation& options = arguments->options;
  command
      .add_option("--views", options.views,
                  "View cache with people of `portrait synth --views --validation`")
      ->required();
  command.add_option("--pack", arguments->pack,
                     "Folder of the model pack; default: the one that ships");
  command.add_option("--subjects", options.subjects, "Only the first so many; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--size", options.size, "Of the pictures, in pixels")
      ->check(CLI::IsMember({256, 512}))
      ->capture_default_str();
  command.add_option("--guidance", options.guidance, "1: none")->capture_default_str();
  command.add_option("--sheet", options.sheet, "Picture of the results, PNG");
  command.add_flag("--json", arguments->json, "For scripts");
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) {
      const ModelPack pack =
          ModelPack::open(arguments->pack.empty() ? default_pack_folder() : arguments->pack);
      const auto facts = evaluate_unet(pack, arguments->options, show, stop);
      if (!stop.stop_requested()) print_facts(facts, arguments->json);
    };
  });
}

void add_evaluate_hpdm(CLI::App& evaluate, Action& action) {
  struct Arguments {
    fs::path pack;
    HpdmEvaluation options;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  auto& command = *evaluate.add_subcommand(
      "hpdm", "The diffusion model that paints a view as its neighbour asks: the gate of stage 3");
  HpdmEvaluation& options = arguments->options;
  command
      .add_option("--views", options.views,
                  "View cache with people of `portrait synth --views --validation`")
      ->required();
  command.add_option("--pack", arguments->pack,
                     "Folder of the model pack; default: the one that ships");
  command.add_option("--subjects", options.subjects, "Only the first so many; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--sheet", options.sheet, "Picture of the results, PNG");
  command.add_flag("--json", arguments->json, "For scripts");
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) {
      const ModelPack pack =
          ModelPack::open(arguments->pack.empty() ? default_pack_folder() : arguments->pack);
      const auto facts = evaluate_hpdm(pack, arguments->options, show, stop);
      if (!stop.stop_requested()) print_facts(facts, arguments->json);
    };
  });
}

// Of stages on people of a view cache. Options: with views, subjects, sheet and settings.
template <class Options>
struct StageArguments {
  fs::path pack;
  Options options;
  SettingsArguments settings;
  bool json = false;

  void add_to(CLI::App& command) {
    command
        .add_option("--views", options.views,
                    "View cache with people of `portrait synth --views --validation`")
        ->required();
    command.add_option("--pack", pack, "Folder of the model pack; default: the one that ships");
    command.add_option("--subjects", options.subjects, "Only the first so many; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--sheet", options.sheet, "Picture of the results, PNG");
    command.add_flag("--json", json, "For scripts");
    settings.add_to(command);
  }
};

template <class Options>
CLI::App& add_stage_evaluation(
    CLI::App& evaluate, Action& action, const std::string& id, const std::string& help,
    const std::shared_ptr<StageArguments<Options>>& arguments,
    nlohmann::ordered_json (*evaluator)(std::shared_ptr<const ModelPack>, const Options&,
                                        const EvaluationProgress&, std::stop_token)) {
  auto& command = *evaluate.add_subcommand(id, help);
  arguments->add_to(command);
  command.callback([arguments, evaluator, &action] {
    action = [arguments, evaluator](std::stop_token stop) {
      arguments->options.settings = arguments->settings.settings();
      const auto pack = std::make_shared<const ModelPack>(
          ModelPack::open(arguments->pack.empty() ? default_pack_folder() : arguments->pack));
      const auto facts = evaluator(pack, arguments->options, show, stop);
      if (!stop.stop_requested()) print_facts(facts, arguments->json);
    };
  });
  return command;
}

void add_evaluate_restoration(CLI::App& evaluate, Action& action) {
  auto arguments = std::make_shared<StageArguments<RestorationEvaluation>>();
  add_stage_evaluation(evaluate, action, "restoration",
                       "Stage 2, the repair of what the photo does not show, step by step",
                       arguments, evaluate_restoration);
}

void add_evaluate_ablation(CLI::App& evaluate, Action& action) {
  auto arguments = std::make_shared<StageArguments<AblationEvaluation>>();
  auto& command = add_stage_evaluation(
      evaluate, action, "ablation",
      "Stage 3 with its parts left out and its noise drawn otherwise (Fig. 5, Fig. 6)", arguments,
      evaluate_ablation);
  AblationEvaluation& options = arguments->options;
  command.add_option("--seeds", options.seeds, "Runs of each row, from the settings' seed on")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--rows", options.rows, "Only these")->delimiter(',');
}

using PortraitEvaluator = nlohmann::ordered_json (*)(const ModelPack&, const PortraitEvaluation&,
                                                     const EvaluationProgress&, std::stop_token);

void add_portrait_evaluation(CLI::App& evaluate, Action& action, const std::string& id,
                             const std::string& help, const std::string& photo_help,
                             PortraitEvaluator evaluator) {
  struct Arguments {
    fs::path pack;
    PortraitEvaluation options;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  auto& command = *evaluate.add_subcommand(id, help);
  PortraitEvaluation& options = arguments->options;
  command
      .add_option("--cache", options.cache,
                  "Portrait cache with people of `portrait synth --portraits --validation`")
      ->required();
  command.add_option("--pack", arguments->pack,
                     "Folder of the model pack; default: the one that ships");
  command.add_option("--portraits", options.portraits, "Only the first so many; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--sheet", options.sheet, "Picture of the results, PNG");
  command.add_option("--photo", options.photos, photo_help);
  command.add_flag("--json", arguments->json, "For scripts");
  command.callback([arguments, evaluator, &action] {
    action = [arguments, evaluator](std::stop_token stop) {
      const ModelPack pack =
          ModelPack::open(arguments->pack.empty() ? default_pack_folder() : arguments->pack);
      const auto facts = evaluator(pack, arguments->options, show, stop);
      if (!stop.stop_requested()) print_facts(facts, arguments->json);
    };
  });
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action) {
  auto& evaluate = *app.add_subcommand("evaluate", "Measure a head, or a network");
  evaluate.require_subcommand(1);
  add_evaluate_head(evaluate, action);
  add_evaluate_prior(evaluate, action);
  add_evaluate_unet(evaluate, action);
  add_evaluate_hpdm(evaluate, action);
  add_evaluate_restoration(evaluate, action);
  add_evaluate_ablation(evaluate, action);
  add_portrait_evaluation(evaluate, action, "landmarks",
                          "Landmarks and head pose on people that the network was never trained on",
                          "Photos for the sheet, of which no truth is known", evaluate_landmarks);
  add_portrait_evaluation(evaluate, action, "matting",
                          "The network that cuts out the person, beside GrabCut, on people that it "
                          "was never trained on",
                          "Photos for the sheet, of which no truth is known", evaluate_matting);
  add_portrait_evaluation(evaluate, action, "vae",
                          "The picture autoencoder, there and back, on people that it was never "
                          "trained on",
                          "Photos whose crops are measured too", evaluate_vae);
}

}  // namespace portrait::cli

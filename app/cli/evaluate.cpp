// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/evaluate_ablation.h"
#include "app/cli/evaluate_hpdm.h"
#include "app/cli/evaluate_identity.h"
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

void add_evaluate_table1(CLI::App& evaluate, Action& action) {
  struct Arguments {
    Table1Evaluation options;
    SettingsArguments settings;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  auto& command = *evaluate.add_subcommand(
      "table1", "The paper's Table 1: heads from five sides, by CLIP-I, LPIPS and ID");
  Table1Evaluation& options = arguments->options;
  command.add_option("heads", options.heads, "Photos, or .portrait files of finished heads")
      ->required();
  command.add_option(
      "--judges", options.judges,
      "Pack with clip_vision, lpips, arcface; default: the one that ships, which has "
      "small ones of its own alone");
  command.add_option("--pack", options.pack, "Pack that makes heads of photos");
  arguments->settings.add_to(command);
  command.add_flag("--json", arguments->json, "For scripts");
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) {
      Table1Evaluation told = arguments->options;
      told.settings = arguments->settings.settings();
      if (told.judges.empty()) told.judges = default_pack_folder();
      const auto facts = evaluate_table1(told, show, stop);
      if (!stop.stop_requested()) print_facts(facts, arguments->json);
    };
  });
}

// What every evaluation of a pack is told, and what this one is.
template <class Options>
struct PackArguments {
  fs::path pack;
  Options options;
  bool json = false;

  // Runs `evaluator`(pack, options) and prints what it finds, and of which pack.
  template <class Evaluator>
  void run(const Evaluator& evaluator, std::stop_token stop) const {
    const auto opened = std::make_shared<const ModelPack>(
        ModelPack::open(pack.empty() ? default_pack_folder() : pack));
    const nlohmann::ordered_json found = evaluator(opened, options, stop);
    if (stop.stop_requested()) return;
    nlohmann::ordered_json facts = {
        {"pack",
         {{"name", opened->name()}, {"version", opened->version()}, {"hash", opened->hash()}}}};
    facts.update(found);
    print_facts(facts, json);
  }
};

template <class Options>
CLI::App& add_pack_evaluation(CLI::App& evaluate, const std::string& id, const std::string& help,
                              PackArguments<Options>& arguments) {
  auto& command = *evaluate.add_subcommand(id, help);
  command.add_option("--pack", arguments.pack,
                     "Folder of the model pack; default: the one that ships");
  if constexpr (requires { arguments.options.sheet; }) {
    command.add_option("--sheet", arguments.options.sheet, "Picture of the results, PNG");
  }
  command.add_flag("--json", arguments.json, "For scripts");
  return command;
}

// Of the people of a view cache.
template <class Options>
CLI::App& add_view_evaluation(CLI::App& evaluate, const std::string& id, const std::string& help,
                              PackArguments<Options>& arguments) {
  auto& command = add_pack_evaluation(evaluate, id, help, arguments);
  command
      .add_option("--views", arguments.options.views,
                  "View cache with people of `portrait synth --views --validation`")
      ->required();
  command.add_option("--subjects", arguments.options.subjects, "Only the first so many; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return command;
}

void add_evaluate_prior(CLI::App& evaluate, Action& action) {
  struct Arguments : PackArguments<PriorEvaluation> {
    fs::path heldout;
  };
  auto arguments = std::make_shared<Arguments>();
  auto& command = add_pack_evaluation(evaluate, "prior",
                                      "The prior alone on subjects that it was never trained on",
                                      static_cast<PackArguments<PriorEvaluation>&>(*arguments));
  command
      .add_option("--heldout", arguments->heldout,
                  "Folder of the held-out set; the one that ships is tests/data/heldout")
      ->required();
  command
      .add_option("--subjects", arguments->options.subjects,
                  "Only the first so many; 0: all, as all figures that are quoted")
      ->capture_default_str();
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) {
      const HeldoutSet set = HeldoutSet::open(arguments->heldout);
      arguments->run(
          [&](const auto& pack, const PriorEvaluation& told, std::stop_token token) {
            return evaluate_prior(*pack, set, told, show, token);
          },
          stop);
    };
  });
}

void add_evaluate_unet(CLI::App& evaluate, Action& action) {
  auto arguments = std::make_shared<PackArguments<UnetEvaluation>>();
  auto& command = add_view_evaluation(
      evaluate, "unet",
      "The base UNet of the diffusion model, on people that it was never trained on", *arguments);
  UnetEvaluation& options = arguments->options;
  command.add_option("--size", options.size, "Of the pictures, in pixels")
      ->check(CLI::IsMember({256, 512}))
      ->capture_default_str();
  command.add_option("--guidance", options.guidance, "1: none")->capture_default_str();
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) {
      arguments->run(
          [](const auto& pack, const UnetEvaluation& told, std::stop_token token) {
            return evaluate_unet(*pack, told, show, token);
          },
          stop);
    };
  });
}

void add_evaluate_hpdm(CLI::App& evaluate, Action& action) {
  auto arguments = std::make_shared<PackArguments<HpdmEvaluation>>();
  auto& command = add_view_evaluation(
      evaluate, "hpdm",
      "The diffusion model that paints a view as its neighbour asks: the gate of stage 3",
      *arguments);
  command
      .add_option("--timesteps", arguments->options.timesteps, "That renders are noised to")
      ->check(CLI::Range(1, 999))
      ->capture_default_str();
  command
      .add_option("--denoise-steps", arguments->options.denoise_steps,
                  "DDIM steps; 1: the plain estimate")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_flag("--gate-only", arguments->options.gate_only,
                   "Only what the gate asks: no muted parts, no chain round the head");
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) {
      arguments->run(
          [](const auto& pack, const HpdmEvaluation& told, std::stop_token token) {
            return evaluate_hpdm(*pack, told, show, token);
          },
          stop);
    };
  });
}

// Of a stage, with the settings of a run.
template <class Options, class Evaluator>
CLI::App& add_stage_evaluation(CLI::App& evaluate, Action& action, const std::string& id,
                               const std::string& help,
                               const std::shared_ptr<PackArguments<Options>>& arguments,
                               Evaluator evaluator) {
  auto settings = std::make_shared<SettingsArguments>();
  auto& command = add_view_evaluation(evaluate, id, help, *arguments);
  settings->add_to(command);
  command.callback([arguments, settings, evaluator, &action] {
    action = [arguments, settings, evaluator](std::stop_token stop) {
      arguments->options.settings = settings->settings();
      arguments->run(
          [evaluator](const auto& pack, const Options& told, std::stop_token token) {
            return evaluator(pack, told, show, token);
          },
          stop);
    };
  });
  return command;
}

void add_evaluate_restoration(CLI::App& evaluate, Action& action) {
  auto arguments = std::make_shared<PackArguments<RestorationEvaluation>>();
  add_stage_evaluation(evaluate, action, "restoration",
                       "Stage 2, the repair of what the photo does not show, step by step",
                       arguments, evaluate_restoration);
}

void add_evaluate_ablation(CLI::App& evaluate, Action& action) {
  auto arguments = std::make_shared<PackArguments<AblationEvaluation>>();
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
  auto arguments = std::make_shared<PackArguments<PortraitEvaluation>>();
  auto& command = add_pack_evaluation(evaluate, id, help, *arguments);
  PortraitEvaluation& options = arguments->options;
  command
      .add_option("--cache", options.cache,
                  "Portrait cache with people of `portrait synth --portraits --validation`")
      ->required();
  command.add_option("--portraits", options.portraits, "Only the first so many; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--photo", options.photos, photo_help);
  command.callback([arguments, evaluator, &action] {
    action = [arguments, evaluator](std::stop_token stop) {
      arguments->run(
          [evaluator](const auto& pack, const PortraitEvaluation& told, std::stop_token token) {
            return evaluator(*pack, told, show, token);
          },
          stop);
    };
  });
}

void add_evaluate_identity(CLI::App& evaluate, Action& action) {
  auto arguments = std::make_shared<PackArguments<IdentityEvaluation>>();
  auto& command = add_pack_evaluation(
      evaluate, "identity",
      "The networks that compare faces, on people that they were never trained on", *arguments);
  command
      .add_option(
          "--cache", arguments->options.cache,
          "Cache with people of `portrait synth --identities --validation`, or portraits as "
          "in tests/data/portraits")
      ->required();
  command
      .add_option("--triplets", arguments->options.triplets,
                  "Of a face and two degraded ones, for the perceptual network")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) {
      arguments->run(
          [](const auto& pack, const IdentityEvaluation& told, std::stop_token token) {
            return evaluate_identity(*pack, told, show, token);
          },
          stop);
    };
  });
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action) {
  auto& evaluate = *app.add_subcommand("evaluate", "Measure a head, or a network");
  evaluate.require_subcommand(1);
  add_evaluate_head(evaluate, action);
  add_evaluate_table1(evaluate, action);
  add_evaluate_prior(evaluate, action);
  add_evaluate_unet(evaluate, action);
  add_evaluate_hpdm(evaluate, action);
  add_evaluate_restoration(evaluate, action);
  add_evaluate_ablation(evaluate, action);
  add_evaluate_identity(evaluate, action);
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

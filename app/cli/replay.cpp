// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/command.h"
#include "app/cli/print_json.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/pack_stages.h"
#include "core/pipeline/pipeline.h"
#include "core/prior/gan_prior.h"
#include "core/project/project_file.h"
#include "core/session/photo_intake.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;

struct ReplayArguments {
  fs::path project;
  fs::path out;
  fs::path pack;
  bool json = false;
};

// The largest difference of two numbers in the same place; infinite where the heads are of
// different sizes, or a number is not one in only one of them.
double largest_difference(const Field& a, const Field& b) {
  const auto of_a = a.tensors();
  const auto of_b = b.tensors();
  if (of_a.size() != of_b.size()) return INFINITY;
  double largest = 0;
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    const auto& [name, left] = of_a[i];
    const auto& [other_name, right] = of_b[i];
    if (name != other_name || left.sizes() != right.sizes()) return INFINITY;
    if (at::equal(left, right)) continue;
    const double here = (left - right).abs().max().item<double>();
    largest = std::max(largest, std::isfinite(here) ? here : INFINITY);
  }
  return largest;
}

// For the first head and stages 2 and 3; without a pack, or with another one, what that means is
// said.
std::shared_ptr<const ModelPack> pack_for(const ProjectInfo& info, const fs::path& folder) {
  try {
    auto pack = std::make_shared<const ModelPack>(
        ModelPack::open(folder.empty() ? default_pack_folder() : folder));
    if (pack->hash() != info.pack_hash) {
      log_warning(
          "The head was made with the pack {} {} ({}), not with this one ({}): stages that "
          "use its networks will differ",
          info.pack_name, info.pack_version, info.pack_hash.substr(0, 8),
          pack->hash().substr(0, 8));
    }
    return pack;
  } catch (const Error& error) {
    log_warning("No model pack: {}. Only the fit to the photo can be replayed", error.message());
    return nullptr;
  }
}

// The first head of the photo as the project has it cut out; that of the project where it cannot
// be made here.
Field first_head_again(const Pipeline& saved, const ProjectInfo& info, const ModelPack* pack) {
  if (pack == nullptr || pack->hash() != info.pack_hash) return saved.first().clone();
  return first_head_of(GanPrior::load(*pack), saved.photo(), info);
}

void replay_project(const ReplayArguments& arguments, std::stop_token stop) {
  const LoadedProject project = load_project(arguments.project);
  const Pipeline& saved = *project.pipeline;
  check(!saved.journal().empty(), ErrorCode::kBadInput,
        "\"{}\" holds a first head and no run; there is nothing to replay",
        arguments.project.string());
  if (!arguments.out.empty()) require_writable_folder(arguments.out.parent_path());
  const auto pack = pack_for(project.info, arguments.pack);
  const Field first = first_head_again(saved, project.info, pack.get());
  Pipeline again(saved.photo(), first, saved.stages().front().seconds,
                 std::make_shared<const Settings>(saved.settings()), saved.seed());
  if (pack) again.set_sources(stage_sources(pack));
  again.add_pictures(saved.pictures());
  replay(again, saved.journal(), saved.steps_taken(), [&] { return !stop.stop_requested(); });
  if (stop.stop_requested()) return;
  if (!arguments.out.empty()) save_project(arguments.out, again, project.info);

  const double first_difference = largest_difference(saved.first(), again.first());
  const double difference = largest_difference(saved.head(), again.head());
  const bool same = difference == 0 && again.steps_taken() == saved.steps_taken();
  nlohmann::ordered_json facts = {{"steps", again.steps_taken()},
                                  {"of", saved.steps_taken()},
                                  {"first_head_same", first_difference == 0},
                                  {"same", same},
                                  {"largest_difference", nullptr}};
  if (std::isfinite(difference)) facts["largest_difference"] = difference;
  print_facts(facts, arguments.json);
  check(same, ErrorCode::kNumerical,
        "The replayed head is not the one in \"{}\": it is the same only with the program, pack, "
        "processor and number of threads that made it",
        arguments.project.string());
}

}  // namespace

void add_replay(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<ReplayArguments>();
  auto& command = *app.add_subcommand(
      "replay", "Make a project's head again from its photo and journal, and compare");
  command.add_option("project", arguments->project, "NAME.portrait")->required();
  command.add_option("--out", arguments->out, "Project file to write the replayed head to");
  command.add_option("--pack", arguments->pack,
                     "Folder of the model pack; default: $PORTRAIT_PACK, else the one that ships");
  command.add_flag("--json", arguments->json, "For scripts");
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) { replay_project(*arguments, stop); };
  });
}

}  // namespace portrait::cli

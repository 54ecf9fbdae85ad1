// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/pack_import.h"

#include "app/cli/pack_facts.h"
#include "app/cli/print_json.h"
#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/base/log.h"
#include "core/importing/import_pack.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

namespace portrait::cli {
namespace {

struct ImportArguments {
  ImportOptions options;
  std::vector<std::string> loras;
  bool painting_only = false;
  bool json = false;
};

// FILE or FILE:SCALE; a file whose own name ends so is taken as it stands.
LoraSource lora_source(const std::string& text) {
  std::error_code ignored;
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(text, ignored)) return {text, 1};
  LoraSource source{text.substr(0, colon), 0};
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, source.scale);
  check(parsed.ec == std::errc() && parsed.ptr == end && std::isfinite(source.scale) &&
            !source.file.empty(),
        ErrorCode::kBadUsage,
        "--lora \"{}\" is no file; FILE or FILE:SCALE with a number is expected", text);
  return source;
}

void run_import(const ImportArguments& arguments, const std::stop_token& stop) {
  const Interruptible scope([&stop] { return stop.stop_requested(); });
  ImportOptions options = arguments.options;
  if (arguments.painting_only) {
    options.rest.clear();
  } else if (options.rest.empty()) {
    options.rest = default_pack_folder();
  }
  options.progress = [](const std::string& line) { log(LogLevel::kInfo, line); };
  for (const std::string& text : arguments.loras) options.loras.push_back(lora_source(text));
  const std::vector<std::string> warnings = import_pack(options);
  for (const std::string& warning : warnings) log(LogLevel::kWarning, warning);
  nlohmann::ordered_json facts = facts_of_pack(ModelPack::open(options.out));
  if (arguments.json) facts["warnings"] = warnings;
  print_facts(facts, arguments.json);
}

}  // namespace

void add_pack_import(CLI::App& pack, Action& action) {
  auto arguments = std::make_shared<ImportArguments>();
  ImportOptions& options = arguments->options;
  auto& command = *pack.add_subcommand(
      "import", "Make a pack of published weights: Stable Diffusion 1.5, BrushNet, LoRAs");
  command.add_option("--out", options.out, "The pack's folder, to be made")->required();
  command.add_option("--diffusers", options.diffusers,
                     "A folder that diffusers saved: unet/, vae/, text_encoder/, tokenizer/, "
                     "scheduler/, those that it has");
  command.add_option("--brushnet", options.brushnet,
                     "A folder with a BrushNet's config.json and weights");
  command.add_option("--lora", arguments->loras,
                     "FILE or FILE:SCALE, a LoRA of the UNet; may be given again");
  command.add_option(
      "--rest", options.rest,
      "A pack whose other networks (prior, landmarks, matting) are taken too, so that "
      "heads can be made with the new one; default: the one that ships");
  command.add_flag("--painting-only", arguments->painting_only,
                   "Without those: a pack for `portrait pack run` and for training");
  command.add_option("--variant", options.variant,
                     "Which weights, as in NAME.fp16.safetensors; default: the plain files");
  command.add_flag("--link", options.link, "Symbolic links to the weights in place of copies");
  command.add_option("--name", options.name, "The pack's name; default: its folder's");
  command.add_option("--licence", options.licence, "SPDX expression of the weights' licence")
      ->capture_default_str();
  command.add_flag("--replace", options.replace, "Take the place of the pack that is there");
  command.add_flag("--json", arguments->json, "What the pack holds, for scripts");
  command.callback([arguments, &action] {
    action = [arguments](const std::stop_token& stop) { run_import(*arguments, stop); };
  });
}

}  // namespace portrait::cli

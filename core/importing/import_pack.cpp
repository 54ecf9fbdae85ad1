// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/importing/import_pack.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/noise_schedule.h"
#include "core/importing/imported_network.h"
#include "core/importing/pack_files.h"
#include "core/importing/staged_folder.h"
#include "core/importing/tokenizer_files.h"
#include "core/nn/bounded_json.h"
#include "core/nn/model_pack.h"
#include "core/nn/pack_document.h"
#include "core/nn/pickle.h"

#include <optional>
#include <system_error>
#include <utility>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDiffusersWeights = "diffusion_pytorch_model";
constexpr const char* kTransformersWeights = "model";

// All that was found and checked.
struct Found {
  std::vector<ImportedNetwork> networks;
  std::vector<SafetensorsFile> loras;
  std::optional<TokenizerFiles> tokenizer;
  std::vector<std::string> warnings;

  ImportedNetwork* find(const char* id) {
    for (ImportedNetwork& network : networks) {
      if (network.id == id) return &network;
    }
    return nullptr;
  }
};

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// How a sampler spaces its steps is ours to choose; what the UNet was trained with is not.
nlohmann::json schedule_of(const fs::path& diffusers, std::vector<std::string>& warnings) {
  const fs::path path = diffusers / "scheduler" / "scheduler_config.json";
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    warnings.push_back(
        "There is no scheduler/scheduler_config.json; the noise schedule of Stable "
        "Diffusion 1.5 is assumed, with a UNet that predicts the noise");
    return to_json(ScheduleConfig{});
  }
  nlohmann::json config = read_json_file(path);
  check(config.is_object(), ErrorCode::kCorrupt, "\"{}\" is no JSON object; get it again",
        path.string());
  config.erase("timestep_spacing");
  return to_json(schedule_config(config));
}

void find_in_diffusers(const ImportOptions& options, Found& found) {
  const fs::path& folder = options.diffusers;
  check(is_folder(folder), ErrorCode::kNotFound,
        "There is no folder \"{}\"; name one with unet/, vae/ or text_encoder/ in it",
        folder.string());
  const auto component = [&](const char* name, const char* stem) {
    return find_component(folder / name, stem, options.variant);
  };
  if (is_folder(folder / "unet")) {
    found.networks.push_back(imported_unet(component("unet", kDiffusersWeights)));
    found.networks.back().config["schedule"] = schedule_of(folder, found.warnings);
  }
  if (is_folder(folder / "vae")) {
    found.networks.push_back(imported_vae(component("vae", kDiffusersWeights)));
  }
  if (is_folder(folder / "text_encoder")) {
    found.networks.push_back(
        imported_text_encoder(component("text_encoder", kTransformersWeights)));
    const auto& parameters = found.networks.back().parameters;
    const auto tokens = parameters.at("text_model.embeddings.token_embedding.weight").front();
    if (is_folder(folder / "tokenizer") && !fs::is_empty(folder / "tokenizer")) {
      found.tokenizer = find_tokenizer(folder / "tokenizer", tokens);
    } else {
      found.warnings.push_back(
          "There is no tokenizer/ with vocab.json and merges.txt; texts cannot "
          "be encoded without it");
    }
  }
  check(!found.networks.empty(), ErrorCode::kNotFound,
        "The folder \"{}\" has neither unet/ nor vae/ nor text_encoder/; name the folder that "
        "diffusers saves a pipeline in",
        folder.string());
}

void find_loras(const ImportOptions& options, Found& found) {
  const ImportedNetwork* unet = found.find("unet");
  check(unet != nullptr || options.loras.empty(), ErrorCode::kBadUsage,
        "A LoRA changes a UNet, and none is imported; add --diffusers");
  for (const LoraSource& source : options.loras) {
    refuse_pickle(source.file);
    const SafetensorsFile file(source.file);
    const UNetLora lora(file, unet->parameters, source.scale);
    const std::string name = source.file.filename().string();
    if (!lora.of_text_encoder().empty()) {
      found.warnings.push_back(
          fmt::format("{} tensors of \"{}\" are for the text encoder and are not used, \"{}\" the "
                      "first of them",
                      lora.of_text_encoder().size(), name, lora.of_text_encoder().front()));
    }
    check(!lora.changed().empty(), ErrorCode::kBadInput,
          "The LoRA \"{}\" changes nothing in the UNet; leave it out", source.file.string());
    found.loras.push_back(file);
  }
}

Found find_all(const ImportOptions& options) {
  check(!options.diffusers.empty() || !options.brushnet.empty(), ErrorCode::kBadUsage,
        "There is nothing to import; name a folder with --diffusers or --brushnet");
  Found found;
  if (!options.diffusers.empty()) find_in_diffusers(options, found);
  if (!options.brushnet.empty()) {
    found.networks.push_back(
        imported_brushnet(find_component(options.brushnet, kDiffusersWeights, options.variant)));
  }
  check_together(found.networks);
  find_loras(options, found);
  // Both come from one folder: the VAE is the one that the UNet's latents are of.
  ImportedNetwork* unet = found.find("unet");
  if (const ImportedNetwork* vae = found.find("vae"); unet != nullptr && vae != nullptr) {
    PackNetwork network;
    network.config = vae->config;
    network.weights = vae->weights;
    unet->config["latent_space"] = latent_space_of(network);
  }
  return found;
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  std::error_code problem;
  const fs::path relative = fs::proximate(fs::canonical(path, problem), folder, problem);
  return !problem && !relative.empty() && *relative.begin() != "..";
}

// Whether a pack stands at the target, that is to be replaced.
bool check_place(const ImportOptions& options, const StagedFolder& staged, const Found& found) {
  const fs::path& target = staged.target();
  std::error_code problem;
  if (!fs::exists(fs::symlink_status(target, problem))) return false;
  if (is_folder(target) && fs::is_empty(target, problem)) return false;
  check(fs::is_regular_file(target / kPackFile, problem), ErrorCode::kBadUsage,
        "\"{}\" is there already and is no model pack; choose another name with --out",
        target.string());
  check(options.replace, ErrorCode::kBadUsage,
        "The pack \"{}\" is there already; choose another name with --out, or add --replace",
        target.string());
  const auto check_outside = [&](const fs::path& file) {
    check(!is_inside(file, target), ErrorCode::kBadUsage,
          "\"{}\" lies in the pack that is to be replaced; move it elsewhere first", file.string());
  };
  for (const ImportedNetwork& network : found.networks) {
    for (const fs::path& file : network.files) check_outside(file);
  }
  for (const LoraSource& lora : options.loras) check_outside(lora.file);
  if (!options.rest.empty()) check_outside(options.rest / kPackFile);
  return true;
}

}  // namespace

std::vector<std::string> import_pack(const ImportOptions& options) {
  check(!options.out.empty(), ErrorCode::kBadUsage,
        "No folder was named for the pack; name one with --out");
  Found found = find_all(options);
  std::optional<ModelPack> rest;
  if (!options.rest.empty()) rest = ModelPack::open(options.rest);
  StagedFolder staged(options.out);
  const bool replaces = check_place(options, staged, found);
  if (!options.link) check_space(staged.path(), found.networks);

  std::vector<PackNetwork> networks;
  for (const ImportedNetwork& imported : found.networks) {
    if (options.progress) options.progress(progress_line(imported, options.link));
    networks.push_back(place_network(imported, staged.path(), options.link));
    networks.back().licence = options.licence;
  }
  for (std::size_t i = 0; i < found.loras.size(); ++i) {
    PackLora lora = place_lora(found.loras[i], i + 1, staged.path(), options.link);
    lora.scale = options.loras[i].scale;
    networks.front().loras.push_back(std::move(lora));  // the UNet is the first
  }
  nlohmann::json extra = nlohmann::json::object();
  if (rest) {
    if (rest->document().contains("frame")) extra["frame"] = rest->document().at("frame");
    for (const auto& [id, network] : rest->networks()) {
      if (paints(id)) continue;
      networks.push_back(place_as_is(network, rest->folder(), staged.path(), options.link));
    }
  }
  if (found.tokenizer) extra["tokenizer"] = copy_tokenizer(*found.tokenizer, staged.path());
  const std::string name =
      options.name.empty() ? staged.target().filename().string() : options.name;
  write_pack(staged.path(), name, networks, extra);
  interruption_point();  // the last that could leave no trace
  if (replaces) {
    staged.replace();
  } else {
    staged.commit();
  }
  remember_hashes(staged.target(), networks);
  return found.warnings;
}

}  // namespace portrait

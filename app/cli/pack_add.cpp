// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/pack_add.h"

#include "app/cli/run_network.h"
#include "app/cli/staged_outputs.h"
#include "core/base/error.h"
#include "core/nn/bounded_json.h"
#include "core/nn/model_pack.h"
#include "core/nn/pickle.h"
#include "core/nn/safetensors_writer.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;

struct AddArguments {
  std::string network;
  std::vector<fs::path> files;
  fs::path pack;
  fs::path config;
  std::string licence = "NOASSERTION";
};

PackNetwork described(const AddArguments& arguments) {
  PackNetwork network;
  network.id = arguments.network;
  network.file = arguments.network + ".safetensors";
  network.licence = arguments.licence;
  network.provenance = "Added from \"" + arguments.files.front().filename().string() + "\".";
  if (!arguments.config.empty()) network.config = read_json_file(arguments.config);
  check(network.config.is_object(), ErrorCode::kBadInput, "\"{}\" holds no JSON object",
        arguments.config.string());
  return network;
}

// All files' tensors in one.
void write_tensors(const AddArguments& arguments, const fs::path& target) {
  for (const fs::path& file : arguments.files) refuse_pickle(file);
  const SafetensorsFile all(arguments.files);
  std::vector<TensorToSave> tensors;
  for (const auto& [name, view] : all.tensors()) {
    tensors.push_back({name, view.dtype, view.shape, view.data});
  }
  stream_safetensors(target, tensors, all.metadata());
}

// The pack stays as it is until its new network is known to be whole.
void add_to_pack(const AddArguments& arguments) {
  ModelPack::open(arguments.pack);  // is one
  const PackNetwork network = described(arguments);
  StagedOutputs staged(arguments.pack);
  write_tensors(arguments, staged.folder() / network.file);
  add_network(staged.folder(), network);
  check(verify_network(ModelPack::open(staged.folder()), network.id), ErrorCode::kBadUsage,
        "This version has no network \"{}\"; `portrait pack run --help` lists those that it has",
        network.id);
  staged.commit_one(network.file, network.file);
  add_network(arguments.pack, network);
  std::printf("%s is in %s now\n", network.id.c_str(), arguments.pack.c_str());
}

}  // namespace

void add_pack_add(CLI::App& pack, Action& action) {
  auto arguments = std::make_shared<AddArguments>();
  auto& command = *pack.add_subcommand(
      "add", "Put one network of published weights into a pack, in place of one that is there");
  command
      .add_option("network", arguments->network,
                  "Its name in the pack: prior, clip_vision, lpips, arcface, text_encoder, ...")
      ->required();
  command
      .add_option("files", arguments->files,
                  "Its safetensors files; of LPIPS the trunk's and the package's own weights")
      ->required();
  command.add_option("--pack", arguments->pack, "The pack's folder")->required();
  command.add_option("--config", arguments->config,
                     "A JSON file with its sizes, as published beside the weights");
  command.add_option("--licence", arguments->licence, "SPDX expression of the weights' licence")
      ->capture_default_str();
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token) { add_to_pack(*arguments); };
  });
}

}  // namespace portrait::cli

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/command.h"
#include "app/cli/pack_add.h"
#include "app/cli/pack_facts.h"
#include "app/cli/pack_import.h"
#include "app/cli/print_json.h"
#include "app/cli/run_network.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;

struct PackArguments {
  fs::path pack;
  bool json = false;
  std::string network;
  fs::path in;
  fs::path out;
};

fs::path folder_of(const PackArguments& arguments) {
  return arguments.pack.empty() ? default_pack_folder() : arguments.pack;
}

void add_pack_info(CLI::App& pack, Action& action) {
  auto arguments = std::make_shared<PackArguments>();
  auto& command = *pack.add_subcommand("info", "What a pack holds, and whose it is");
  command.add_option("folder", arguments->pack, "The pack's folder; default: the one that ships");
  command.add_flag("--json", arguments->json, "For scripts");
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token) {
      print_facts(facts_of_pack(ModelPack::open(folder_of(*arguments))), arguments->json);
    };
  });
}

void add_pack_verify(CLI::App& pack, Action& action) {
  auto arguments = std::make_shared<PackArguments>();
  auto& command = *pack.add_subcommand(
      "verify", "Hold every file of a pack against its hash, every network against its classes");
  command.add_option("folder", arguments->pack, "The pack's folder; default: the one that ships");
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token) {
      const ModelPack opened = ModelPack::open(folder_of(*arguments), Hashing::kAnew);
      for (const auto& [id, network] : opened.networks()) {
        const bool known = verify_network(opened, id);
        std::printf("%-12s %s  %s\n", id.c_str(), network.file.c_str(),
                    known ? "whole" : "whole; this version does not use it");
      }
      std::printf("%s %s, %s\n", opened.name().c_str(), opened.version().c_str(),
                  opened.hash().c_str());
    };
  });
}

void add_pack_run(CLI::App& pack, Action& action) {
  auto arguments = std::make_shared<PackArguments>();
  auto& command = *pack.add_subcommand(
      "run", "One network on the tensors of a safetensors file, its outputs to another");
  command.add_option("network", arguments->network, network_help())->required();
  command.add_option("--pack", arguments->pack, "The pack's folder; default: the one that ships");
  command.add_option("--in", arguments->in, "Its inputs, float, as named above")->required();
  command.add_option("--out", arguments->out, "Its outputs, F32")->required();
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token) {
      run_network(ModelPack::open(folder_of(*arguments)), arguments->network, arguments->in,
                  arguments->out);
    };
  });
}

}  // namespace

void add_pack(CLI::App& app, Action& action) {
  auto& pack = *app.add_subcommand("pack", "Look into a model pack, make one, run its networks");
  pack.require_subcommand(1);
  add_pack_info(pack, action);
  add_pack_verify(pack, action);
  add_pack_run(pack, action);
  add_pack_import(pack, action);
  add_pack_add(pack, action);
}

}  // namespace portrait::cli

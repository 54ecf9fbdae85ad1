// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace portrait {
class ModelPack;
}

namespace portrait::cli {

// Every network that can be run alone, with its inputs and outputs; for --help.
std::string network_help();

// Builds the network from the pack's tensors. False when this version has no class for it.
// Throws kCorrupt when they do not fit.
bool verify_network(const ModelPack& pack, const std::string& id);

// Inputs from one safetensors file, outputs to another.
// Throws kBadUsage (unknown network), kBadInput (an input is absent or misshapen, names it).
void run_network(const ModelPack& pack, const std::string& id, const std::filesystem::path& in,
                 const std::filesystem::path& out);

}  // namespace portrait::cli

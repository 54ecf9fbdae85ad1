// SPDX-License-Identifier: Apache-2.0
#include "app/cli/pack_facts.h"

#include "core/diffusion/control_effect.h"
#include "core/nn/model_pack.h"

#include <nlohmann/json.hpp>

namespace portrait::cli {
namespace {

nlohmann::ordered_json files_of(const PackNetwork& network) {
  if (network.files.empty()) return network.file;
  nlohmann::ordered_json files;
  for (const PackFile& file : network.files) files.push_back(file.file);
  return files;
}

}  // namespace

nlohmann::ordered_json facts_of_pack(const ModelPack& pack) {
  using Json = nlohmann::ordered_json;
  Json facts;
  facts["name"] = pack.name();
  facts["version"] = pack.version();
  facts["hash"] = pack.hash();
  facts["folder"] = pack.folder().string();
  std::int64_t total = 0;
  Json networks = Json::object();
  for (const auto& [id, network] : pack.networks()) {
    std::int64_t parameters = 0;
    std::int64_t bytes = 0;
    for (const auto& [name, view] : network.weights->tensors()) {
      parameters += view.count();
      bytes += static_cast<std::int64_t>(view.data.size());
    }
    total += parameters;
    networks[id] = {{"file", files_of(network)},
                    {"parameters", parameters},
                    {"bytes", bytes},
                    {"licence", network.licence},
                    {"provenance", network.provenance},
                    {"trained_on", network.trained_on},
                    {"samples_seen", network.samples_seen}};
    for (const PackLora& lora : network.loras) {
      networks[id]["lora"][lora.file] = {{"scale", lora.scale}, {"sha256", lora.sha256}};
    }
    for (const ControlPart& part : control_parts(network)) {
      networks[id][part.name] = part.trained ? "trained" : "untrained (no effect)";
    }
  }
  facts["parameters"] = total;
  facts["networks"] = networks;
  return facts;
}

}  // namespace portrait::cli

// SPDX-License-Identifier: Apache-2.0
#include "app/cli/pack_facts.h"

#include "core/nn/model_pack.h"

#include <nlohmann/json.hpp>

namespace portrait::cli {

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
    networks[id] = {{"file", network.file},
                    {"parameters", parameters},
                    {"bytes", bytes},
                    {"licence", network.licence},
                    {"provenance", network.provenance},
                    {"trained_on", network.trained_on},
                    {"samples_seen", network.samples_seen}};
  }
  facts["parameters"] = total;
  facts["networks"] = networks;
  return facts;
}

}  // namespace portrait::cli

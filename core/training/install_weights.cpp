// SPDX-License-Identifier: Apache-2.0
#include "core/training/install_weights.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/nn/model_pack.h"
#include "core/nn/safetensors.h"

#include <nlohmann/json.hpp>

namespace portrait {
namespace fs = std::filesystem;
namespace {

nlohmann::json credits() {
  return {{"credits",
           {{{"what", "ICT-FaceKit, ICT Face Model Light, USC Institute for Creative Technologies"},
             {"licence", "MIT"},
             {"used_for", "the heads of the synthetic portraits"}},
            {{"what", "MakeHuman base hair assets"},
             {"licence", "CC0-1.0"},
             {"used_for", "some of the hair of the synthetic portraits"}}}}};
}

}  // namespace

void install_prior(const fs::path& folder, const fs::path& pack) {
  const fs::path weights = folder / "prior.safetensors";
  const SafetensorsFile file(weights);
  const auto stated = [&](const char* key) {
    const auto found = file.metadata().find(key);
    check(found != file.metadata().end(), ErrorCode::kCorrupt,
          "\"{}\" does not state its \"{}\"; train it again", weights.string(), key);
    return found->second;
  };
  PackNetwork network;
  network.id = "prior";
  network.file = "prior.safetensors";
  network.licence = "Apache-2.0";
  network.provenance = "Trained from scratch by this product's own trainer.";
  network.trained_on = "Synthetic portraits of core/synth, subjects " + stated("subjects") + ".";
  network.samples_seen = std::stoll(stated("samples_seen"));
  network.config = nlohmann::json::parse(stated("config"));

  require_writable_folder(pack);
  write_beside(pack / network.file, [&](const fs::path& temporary) {
    fs::copy_file(weights, temporary, fs::copy_options::overwrite_existing);
  });
  PackFrame frame;
  frame.depth_slices = plane_encoder_config(network.config).depth_slices;
  write_pack_json(pack, "compact", "0.1.0", frame, credits());
  add_network(pack, network);
}

}  // namespace portrait

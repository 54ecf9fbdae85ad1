// SPDX-License-Identifier: Apache-2.0
#include "core/training/install_weights.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/nn/model_pack.h"
#include "core/prior/plane_encoder.h"

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr const char* kExtension = ".safetensors";
constexpr const char* kConfig = "config";
constexpr const char* kSamplesSeen = "samples_seen";
constexpr const char* kTrainedOn = "trained_on";

nlohmann::json credits() {
  return {{"credits",
           {{{"what", "ICT-FaceKit, ICT Face Model Light, USC Institute for Creative Technologies"},
             {"licence", "MIT"},
             {"used_for", "the heads of the synthetic portraits"}},
            {{"what", "MakeHuman base hair assets"},
             {"licence", "CC0-1.0"},
             {"used_for", "some of the hair of the synthetic portraits"}}}}};
}

std::string stated(const SafetensorsFile& file, const char* key) {
  const auto found = file.metadata().find(key);
  check(found != file.metadata().end(), ErrorCode::kCorrupt,
        "\"{}\" does not state its \"{}\"; train it again", file.path().string(), key);
  return found->second;
}

}  // namespace

void write_weights(const fs::path& folder, const std::string& id, const TensorMap& tensors,
                   const nlohmann::json& config, std::int64_t samples_seen,
                   const std::string& trained_on) {
  save_tensors(folder / (id + kExtension), tensors,
               {{kConfig, config.dump()},
                {kSamplesSeen, std::to_string(samples_seen)},
                {kTrainedOn, trained_on}},
               at::kHalf);
}

nlohmann::json weights_config(const fs::path& folder, const std::string& id) {
  return nlohmann::json::parse(stated(SafetensorsFile(folder / (id + kExtension)), kConfig));
}

void install_weights(const fs::path& folder, const std::string& id, const fs::path& pack) {
  const fs::path weights = folder / (id + kExtension);
  const SafetensorsFile file(weights);
  PackNetwork network;
  network.id = id;
  network.file = id + kExtension;
  network.licence = "Apache-2.0";
  network.provenance = "Trained from scratch by this product's own trainer.";
  network.trained_on = stated(file, kTrainedOn);
  network.samples_seen = std::stoll(stated(file, kSamplesSeen));
  network.config = nlohmann::json::parse(stated(file, kConfig));

  require_writable_folder(pack);
  PackFrame frame;
  if (fs::exists(pack / "pack.json")) frame = ModelPack::open(pack).frame();
  if (id == "prior") frame.depth_slices = plane_encoder_config(network.config).depth_slices;
  write_beside(pack / network.file, [&](const fs::path& temporary) {
    fs::copy_file(weights, temporary, fs::copy_options::overwrite_existing);
  });
  write_pack_json(pack, "compact", "0.1.0", frame, credits());
  add_network(pack, network);
}

}  // namespace portrait

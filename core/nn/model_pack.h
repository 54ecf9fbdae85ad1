// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/nn/safetensors.h"
#include "core/nn/verified_files.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace portrait {

// 1: one file per network. 2: networks of several files, networks with LoRAs; written only where
// a pack has such, so that earlier versions read all others.
inline constexpr int kPackSchema = 2;

// The frame that a pack's networks were trained in (METHOD, camera). The defaults are ours.
struct PackFrame {
  double box_warp = 2 * kFieldHalfExtent;  // edge of the field's cube, in the pack's units
  std::string plane_axes = "xy,yz,zx";
  int depth_slices = 1;        // D of the tri-plane; above 1: a tri-grid
  double focal = kRigFocal;    // in image widths
  double radius = kRigRadius;  // of the camera sphere, in the pack's units
  double near = 0;             // depth range; both 0: where the ray meets the cube
  double far = 0;
  std::array<int, 3> axis_flips = {1, 1, 1};  // pack axis = flip * our axis
};

// A file of a pack.
struct PackFile {
  std::string file;    // relative to the pack's folder
  std::string sha256;  // lower-case hex
};

// Low-rank changes of a network's weights (Hu et al., LoRA, ICLR 2022), made when it is loaded:
// the network's own files stay as they are.
struct PackLora : PackFile {
  double scale = 1;
  std::shared_ptr<const SafetensorsFile> weights;
};

// One network of a pack: where its weights are, and whose they are.
struct PackNetwork {
  std::string id;          // "prior", "landmarks", ...
  std::string file;        // relative to the pack's folder; of several files the first
  std::string sha256;      // of the file, lower-case hex; of several: of their hashes' lines
  std::vector<PackFile> files;  // all of them when there are several, else none
  std::vector<PackLora> loras;
  std::string licence;     // SPDX expression
  std::string provenance;  // who made it, from what; a sentence or two
  std::string trained_on;  // data and time, in words
  std::int64_t samples_seen = 0;
  nlohmann::json config = nlohmann::json::object();  // sizes the network is built from
  std::shared_ptr<const SafetensorsFile> weights;    // mapped; null in what a trainer hands in
};

// A folder with pack.json and the safetensors files of each network, or links to them. Opening it
// checks everything: schema, each file's SHA-256 (verified_files.h), each file's header. Only
// safetensors are read: a pickle can run code, and is refused with a message that says how to
// convert it.
class ModelPack {
 public:
  // Throws kNotFound (folder, pack.json or a file is missing), kCorrupt (malformed pack.json,
  // hash that does not match: names file, expected and found), kUnsupported (newer schema),
  // kBadInput (a pickle).
  static ModelPack open(const std::filesystem::path& folder,
                        Hashing hashing = Hashing::kRemembered);

  const std::filesystem::path& folder() const { return folder_; }
  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }
  // SHA-256 of pack.json; it holds the hash of every file, so it names the whole pack.
  const std::string& hash() const { return hash_; }
  const PackFrame& frame() const { return frame_; }
  // All of pack.json: latents, noise schedule and what else a pack states beside its networks.
  const nlohmann::json& document() const { return document_; }

  bool has(const std::string& id) const { return networks_.count(id) != 0; }
  // Throws kNotFound naming the pack, the network and those that it has.
  const PackNetwork& network(const std::string& id) const;
  const std::map<std::string, PackNetwork>& networks() const { return networks_; }

 private:
  ModelPack() = default;
  std::filesystem::path folder_;
  std::string name_;
  std::string version_;
  std::string hash_;
  PackFrame frame_;
  nlohmann::json document_;
  std::map<std::string, PackNetwork> networks_;
};

// Writers for trainers. Both replace pack.json beside and rename; both keep what they don't set.
// `extra` is merged into the top level of pack.json (credits, latents, schedule, ...).
void write_pack_json(const std::filesystem::path& folder, const std::string& name,
                     const std::string& version, const PackFrame& frame = {},
                     const nlohmann::json& extra = nlohmann::json::object());

// Names the file folder/network.file in pack.json with its hash computed here; an entry with the
// same id is replaced. Makes a pack.json (named after the folder, version 0) when there is none.
// Throws kNotFound (no such file), kCorrupt (not safetensors), kBadInput (a pickle), kIo.
void add_network(const std::filesystem::path& folder, const PackNetwork& network);

// Writes a new pack.json of these networks, with the hashes that they state.
void write_pack(const std::filesystem::path& folder, const std::string& name,
                const std::vector<PackNetwork>& networks,
                const nlohmann::json& extra = nlohmann::json::object());

// Throws kNotFound when the pack's file, or what it links to, is not there.
void require_pack_file(const std::filesystem::path& folder, const std::string& file);

}  // namespace portrait

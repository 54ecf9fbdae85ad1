// SPDX-License-Identifier: Apache-2.0
#include "core/nn/model_pack.h"

#include "core/base/error.h"
#include "core/base/files.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string_view>
#include <utility>

namespace portrait {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

constexpr const char* kPackFile = "pack.json";

bool looks_like_pickle(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* known : {".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt"}) {
    if (extension == known) return true;
  }
  // A renamed one: the zip that torch.save writes, or a bare pickle of protocol 2 to 5.
  std::ifstream in(path, std::ios::binary);
  char head[4] = {};
  in.read(head, sizeof head);
  return in.gcount() == 4 && (std::string_view(head, 4) == std::string_view("PK\x03\x04", 4) ||
                              (head[0] == '\x80' && head[1] >= 2 && head[1] <= 5));
}

void refuse_pickle(const fs::path& path) {
  if (!looks_like_pickle(path)) return;
  throw Error(ErrorCode::kBadInput,
              fmt::format("\"{}\" is a Python pickle, which can run code when it is read; packs "
                          "take safetensors files. Convert it where you trust it: python3 -c "
                          "\"import torch, safetensors.torch as s; s.save_file(torch.load("
                          "'{}', map_location='cpu'), '{}.safetensors')\"",
                          path.string(), path.filename().string(), path.stem().string()),
              path.string());
}

void require_file(const fs::path& path, const fs::path& folder) {
  std::error_code ignored;
  check(fs::is_regular_file(path, ignored), ErrorCode::kNotFound,
        "The pack \"{}\" names the file \"{}\", which is not there; copy the whole pack again",
        folder.string(), path.filename().string());
}

[[noreturn]] void fail_pack(const fs::path& folder, const std::string& what) {
  const fs::path path = folder / kPackFile;
  throw Error(ErrorCode::kCorrupt,
              fmt::format("\"{}\" is not a sound model pack: {}; copy the whole pack again",
                          path.string(), what),
              path.string());
}

json parse_pack(const fs::path& folder, const std::string& text) {
  json document = json::parse(text, nullptr, false);
  if (!document.is_object()) fail_pack(folder, "it is not a JSON object");
  return document;
}

// Reads fields of one JSON object; a wrong type names the field and the pack.
class Fields {
 public:
  Fields(const fs::path& folder, const json& object, std::string where)
      : folder_(folder), object_(object), where_(std::move(where)) {
    if (!object_.is_object()) fail_pack(folder_, where_ + " is not an object");
  }

  template <typename T>
  T required(const char* name) const {
    if (!object_.contains(name)) {
      fail_pack(folder_, fmt::format("{} has no \"{}\"", where_, name));
    }
    return optional<T>(name, {});
  }

  template <typename T>
  T optional(const char* name, const T& fallback) const {
    const auto found = object_.find(name);
    if (found == object_.end()) return fallback;
    try {
      return found->template get<T>();
    } catch (const json::exception&) {
      fail_pack(folder_, fmt::format("\"{}\" of {} has the wrong type ({})", name, where_,
                                     found->type_name()));
    }
  }

 private:
  const fs::path& folder_;
  const json& object_;
  std::string where_;
};

PackFrame parse_frame(const fs::path& folder, const json& document) {
  PackFrame frame;
  if (!document.contains("frame")) return frame;
  const Fields fields(folder, document["frame"], "the frame");
  frame.box_warp = fields.optional("box_warp", frame.box_warp);
  frame.plane_axes = fields.optional("plane_axes", frame.plane_axes);
  frame.depth_slices = fields.optional("depth_slices", frame.depth_slices);
  frame.focal = fields.optional("focal", frame.focal);
  frame.radius = fields.optional("radius", frame.radius);
  frame.near = fields.optional("near", frame.near);
  frame.far = fields.optional("far", frame.far);
  frame.axis_flips = fields.optional("axis_flips", frame.axis_flips);
  const bool flips = std::all_of(frame.axis_flips.begin(), frame.axis_flips.end(),
                                 [](int flip) { return flip == 1 || flip == -1; });
  if (!(frame.box_warp > 0 && frame.focal > 0 && frame.radius > 0 && frame.depth_slices > 0 &&
        frame.near >= 0 && frame.far >= frame.near && flips)) {
    fail_pack(folder, "its frame has a size that is not positive, or a flip other than 1 and -1");
  }
  return frame;
}

json frame_json(const PackFrame& frame) {
  return {{"box_warp", frame.box_warp},
          {"plane_axes", frame.plane_axes},
          {"depth_slices", frame.depth_slices},
          {"focal", frame.focal},
          {"radius", frame.radius},
          {"near", frame.near},
          {"far", frame.far},
          {"axis_flips", frame.axis_flips}};
}

PackNetwork parse_network(const fs::path& folder, const json& entry, std::size_t number) {
  const Fields fields(folder, entry, fmt::format("network {}", number));
  PackNetwork network;
  network.id = fields.required<std::string>("id");
  network.file = fields.required<std::string>("file");
  network.sha256 = fields.required<std::string>("sha256");
  network.licence = fields.required<std::string>("licence");
  network.provenance = fields.required<std::string>("provenance");
  network.trained_on = fields.optional<std::string>("trained_on", {});
  network.samples_seen = fields.optional<std::int64_t>("samples_seen", 0);
  network.config = fields.optional("config", json::object());
  const fs::path file = network.file;
  if (file.empty() || file.is_absolute() ||
      std::find(file.begin(), file.end(), "..") != file.end()) {
    fail_pack(folder, fmt::format("the file of \"{}\" lies outside the pack", network.id));
  }
  return network;
}

void load_weights(const fs::path& folder, PackNetwork& network) {
  const fs::path path = folder / network.file;
  require_file(path, folder);
  refuse_pickle(path);
  const std::string found = sha256_file(path);
  if (found != network.sha256) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("\"{}\" has the SHA-256 {} where the pack promises {}; the file was "
                            "changed or cut short, so copy the whole pack again",
                            path.string(), found, network.sha256),
                path.string());
  }
  network.weights = std::make_shared<const SafetensorsFile>(path);
}

json read_or_new(const fs::path& folder) {
  const fs::path path = folder / kPackFile;
  std::error_code ignored;
  if (fs::exists(path, ignored)) return parse_pack(folder, read_text_file(path));
  return {{"schema", kPackSchema},
          {"name", fs::absolute(folder).filename().string()},
          {"version", "0"},
          {"networks", json::array()}};
}

}  // namespace

ModelPack ModelPack::open(const fs::path& folder) {
  std::error_code ignored;
  check(fs::is_directory(folder, ignored), ErrorCode::kNotFound,
        "There is no model pack \"{}\"; name a folder that holds a pack.json", folder.string());
  check(fs::exists(folder / kPackFile, ignored), ErrorCode::kNotFound,
        "The folder \"{}\" has no pack.json, so it is not a model pack; name the folder that holds "
        "one",
        folder.string());
  const std::string text = read_text_file(folder / kPackFile);
  ModelPack pack;
  pack.folder_ = folder;
  pack.document_ = parse_pack(folder, text);
  const Fields fields(folder, pack.document_, "the pack");
  const int schema = fields.required<int>("schema");
  check(schema >= 1 && schema <= kPackSchema, ErrorCode::kUnsupported,
        "The pack \"{}\" is of schema {}, and this version reads 1 to {}; update the program",
        folder.string(), schema, kPackSchema);
  pack.name_ = fields.required<std::string>("name");
  pack.version_ = fields.required<std::string>("version");
  pack.hash_ = sha256_hex(std::as_bytes(std::span(text)));
  pack.frame_ = parse_frame(folder, pack.document_);
  const auto entries = fields.required<json>("networks");
  if (!entries.is_array()) fail_pack(folder, "\"networks\" is not a list");
  for (const json& entry : entries) {
    PackNetwork network = parse_network(folder, entry, pack.networks_.size());
    if (pack.has(network.id)) {
      fail_pack(folder, fmt::format("the network \"{}\" is named twice", network.id));
    }
    load_weights(folder, network);
    const std::string id = network.id;
    pack.networks_.emplace(id, std::move(network));
  }
  return pack;
}

const PackNetwork& ModelPack::network(const std::string& id) const {
  const auto found = networks_.find(id);
  if (found != networks_.end()) return found->second;
  std::string present;
  for (const auto& [name, network] : networks_) present += (present.empty() ? "" : ", ") + name;
  throw Error(ErrorCode::kNotFound,
              fmt::format("The pack \"{}\" has no network \"{}\", only: {}; use a pack that has it",
                          folder_.string(), id, present.empty() ? "none" : present),
              folder_.string());
}

void write_pack_json(const fs::path& folder, const std::string& name, const std::string& version,
                     const PackFrame& frame, const json& extra) {
  json document = read_or_new(folder);
  document["schema"] = kPackSchema;
  document["name"] = name;
  document["version"] = version;
  document["frame"] = frame_json(frame);
  document.update(extra);
  write_text_file(folder / kPackFile, document.dump(2) + "\n");
}

void add_network(const fs::path& folder, const PackNetwork& network) {
  const fs::path path = folder / network.file;
  require_file(path, folder);
  refuse_pickle(path);
  const SafetensorsFile readable(path);
  json document = read_or_new(folder);
  json& entries = document["networks"];
  if (!entries.is_array()) entries = json::array();
  entries.erase(std::remove_if(entries.begin(), entries.end(),
                               [&](const json& entry) {
                                 return entry.is_object() && entry.value("id", "") == network.id;
                               }),
                entries.end());
  entries.push_back({{"id", network.id},
                     {"file", network.file},
                     {"sha256", sha256_file(path)},
                     {"licence", network.licence},
                     {"provenance", network.provenance},
                     {"trained_on", network.trained_on},
                     {"samples_seen", network.samples_seen},
                     {"config", network.config}});
  write_text_file(folder / kPackFile, document.dump(2) + "\n");
}

}  // namespace portrait

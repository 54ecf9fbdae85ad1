// SPDX-License-Identifier: Apache-2.0
#include "core/nn/pack_document.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/nn/bounded_json.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace portrait {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

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

  bool has(const char* name) const { return object_.contains(name); }

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

// Inside the pack: a pack that names files elsewhere could have any file of a user read.
PackFile parse_file(const fs::path& folder, const Fields& fields, const std::string& owner) {
  const PackFile parsed{fields.required<std::string>("file"),
                        fields.required<std::string>("sha256")};
  const fs::path file = parsed.file;
  if (file.empty() || file.is_absolute() ||
      std::find(file.begin(), file.end(), "..") != file.end()) {
    fail_pack(folder, fmt::format("the file of \"{}\" lies outside the pack", owner));
  }
  return parsed;
}

// Elements of a list that may be absent.
json list_of(const fs::path& folder, const Fields& fields, const char* name,
             const std::string& owner) {
  json list = fields.optional(name, json(json::array()));
  if (!list.is_array()) fail_pack(folder, fmt::format("\"{}\" of {} is not a list", name, owner));
  return list;
}

std::vector<PackLora> parse_loras(const fs::path& folder, const Fields& fields,
                                  const std::string& owner) {
  std::vector<PackLora> loras;
  for (const json& entry : list_of(folder, fields, "lora", owner)) {
    const std::string where = fmt::format("lora {} of {}", loras.size(), owner);
    const Fields own(folder, entry, where);
    PackLora lora;
    static_cast<PackFile&>(lora) = parse_file(folder, own, where);
    lora.scale = own.optional("scale", 1.0);
    if (!std::isfinite(lora.scale)) fail_pack(folder, where + " has no finite scale");
    loras.push_back(std::move(lora));
  }
  return loras;
}

PackNetwork parse_network(const fs::path& folder, const json& entry, std::size_t number) {
  const std::string where = fmt::format("network {}", number);
  const Fields fields(folder, entry, where);
  PackNetwork network;
  network.id = fields.required<std::string>("id");
  for (const json& part : list_of(folder, fields, "files", where)) {
    network.files.push_back(parse_file(folder, Fields(folder, part, where), network.id));
  }
  if (network.files.empty()) {
    const PackFile only = parse_file(folder, fields, network.id);
    network.file = only.file;
    network.sha256 = only.sha256;
  } else {
    network.file = network.files.front().file;
    network.sha256 = sha256_of_files(network.files);
  }
  network.loras = parse_loras(folder, fields, where);
  network.licence = fields.required<std::string>("licence");
  network.provenance = fields.required<std::string>("provenance");
  network.trained_on = fields.optional<std::string>("trained_on", {});
  network.samples_seen = fields.optional<std::int64_t>("samples_seen", 0);
  network.config = fields.optional("config", json::object());
  return network;
}

// "tokenizer": {"vocab": file, "merges": file, "sha256": {"vocab": ..., "merges": ...}}
std::vector<PackFile> parse_tokenizer(const fs::path& folder, const json& document) {
  std::vector<PackFile> files;
  if (!document.contains("tokenizer")) return files;
  const std::string where = "the tokenizer";
  const Fields fields(folder, document["tokenizer"], where);
  const json hashes = fields.required<json>("sha256");
  for (const char* part : {"vocab", "merges"}) {
    const json file = {{"file", fields.required<std::string>(part)},
                       {"sha256", Fields(folder, hashes, where).required<std::string>(part)}};
    files.push_back(parse_file(folder, Fields(folder, file, where), "tokenizer"));
  }
  return files;
}

}  // namespace

void fail_pack(const fs::path& folder, const std::string& what) {
  const fs::path path = folder / kPackFile;
  throw Error(ErrorCode::kCorrupt,
              fmt::format("\"{}\" is not a sound model pack: {}; copy the whole pack again",
                          path.string(), what),
              path.string());
}

PackDocument parse_pack(const fs::path& folder, const std::string& text) {
  PackDocument parsed;
  parsed.json = parse_json(text, folder / kPackFile);
  if (!parsed.json.is_object()) fail_pack(folder, "it is not a JSON object");
  const Fields fields(folder, parsed.json, "the pack");
  const int schema = fields.required<int>("schema");
  check(schema >= 1 && schema <= kPackSchema, ErrorCode::kUnsupported,
        "The pack \"{}\" is of schema {}, and this version reads 1 to {}; update the program",
        folder.string(), schema, kPackSchema);
  parsed.name = fields.required<std::string>("name");
  parsed.version = fields.required<std::string>("version");
  parsed.frame = parse_frame(folder, parsed.json);
  parsed.others = parse_tokenizer(folder, parsed.json);
  fields.required<json>("networks");
  for (const json& entry : list_of(folder, fields, "networks", "the pack")) {
    PackNetwork network = parse_network(folder, entry, parsed.networks.size());
    for (const PackNetwork& other : parsed.networks) {
      if (other.id != network.id) continue;
      fail_pack(folder, fmt::format("the network \"{}\" is named twice", network.id));
    }
    parsed.networks.push_back(std::move(network));
  }
  return parsed;
}

std::string sha256_of_files(const std::vector<PackFile>& files) {
  std::string lines;
  for (const PackFile& file : files) lines += file.sha256 + "\n";
  return sha256_hex(std::as_bytes(std::span(lines)));
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

json network_json(const PackNetwork& network) {
  json entry = {{"id", network.id},
                {"licence", network.licence},
                {"provenance", network.provenance},
                {"trained_on", network.trained_on},
                {"samples_seen", network.samples_seen},
                {"config", network.config}};
  if (network.files.empty()) {
    entry["file"] = network.file;
    entry["sha256"] = network.sha256;
  }
  for (const PackFile& file : network.files) {
    entry["files"].push_back({{"file", file.file}, {"sha256", file.sha256}});
  }
  for (const PackLora& lora : network.loras) {
    entry["lora"].push_back({{"file", lora.file}, {"sha256", lora.sha256}, {"scale", lora.scale}});
  }
  return entry;
}

int schema_of(const json& networks) {
  for (const json& entry : networks) {
    if (entry.is_object() && (entry.contains("files") || entry.contains("lora"))) return 2;
  }
  return 1;
}

}  // namespace portrait

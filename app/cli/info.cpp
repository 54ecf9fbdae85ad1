// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/command.h"
#include "app/cli/pack_facts.h"
#include "app/cli/print_json.h"
#include "core/base/error.h"
#include "core/base/machine_info.h"
#include "core/base/settings.h"
#include "core/base/thread_pool.h"
#include "core/image/image_header.h"
#include "core/image/read_image.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"
#include "core/photo/landmark_net.h"
#include "core/photo/matte_net.h"
#include "core/photo/prepared_photo.h"
#include "core/pipeline/pipeline.h"
#include "core/project/project_file.h"

#include <torch/version.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct InfoArguments {
  fs::path file;
  fs::path pack;
  bool json = false;
  bool settings = false;
};

Json facts_of_program(const fs::path& pack) {
  Json facts;
  facts["version"] = PORTRAIT_VERSION;
  facts["device"] = at::hasCUDA() ? std::string("CUDA") : "CPU (" + processor_name() + ")";
  facts["threads"] = pool_threads();
  facts["libtorch"] = TORCH_VERSION;
  facts["cuda"] = at::hasCUDA();
  try {
    facts["pack"] = facts_of_pack(ModelPack::open(pack.empty() ? default_pack_folder() : pack));
  } catch (const Error& error) {
    // What is wrong with the pack is the very thing this command is asked for.
    facts["pack"] = error.message();
  }
  return facts;
}

// With the pack's networks when there is a pack; without them cascades and colours must do.
PrepareOptions options_of_pack(const fs::path& folder) {
  PrepareOptions options;
  try {
    const ModelPack pack = ModelPack::open(folder.empty() ? default_pack_folder() : folder);
    if (pack.has("landmarks")) options.landmark_net = load_landmark_net(pack);
    if (pack.has("matting")) options.matte_net = load_matte_net(pack);
  } catch (const Error&) {
    if (!folder.empty()) throw;
  }
  return options;
}

const char* colour_name(SourceColour colour) {
  switch (colour) {
    case SourceColour::kGrey:
      return "grey";
    case SourceColour::kRgb:
      return "RGB";
    case SourceColour::kPalette:
      return "palette";
    case SourceColour::kCmyk:
      return "CMYK";
  }
  return "unknown";
}

Json facts_of_photo(const fs::path& file, ImageFormat format, const fs::path& pack) {
  const LoadedImage loaded = read_image(file);
  Json facts;
  facts["photo"] = file.string();
  facts["format"] = format_name(format);
  facts["width"] = loaded.image.width;
  facts["height"] = loaded.image.height;
  facts["bits"] = loaded.bits;
  facts["colour"] = colour_name(loaded.colour);
  facts["alpha"] = loaded.had_alpha;
  facts["exif_orientation"] = loaded.exif_orientation;
  facts["focal_35mm"] = loaded.focal_35mm ? Json(*loaded.focal_35mm) : Json();
  facts["faces"] = Json::array();
  facts["findings"] = Json::array();
  for (const std::string& warning : loaded.warnings) {
    facts["findings"].push_back({{"code", "file"}, {"warning", true}, {"text", warning}});
  }
  const PrepareOptions options = options_of_pack(pack);
  PreparedPhoto prepared;
  try {
    prepared = prepare_photo(loaded.image, file.filename().string(), options, loaded.focal_35mm);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNoFace) throw;
    facts["findings"].push_back(
        {{"code", "no_face"}, {"warning", true}, {"text", error.message()}});
    return facts;
  }
  for (std::size_t i = 0; i < prepared.faces.size(); ++i) {
    const FaceBox& face = prepared.faces[i];
    facts["faces"].push_back({{"face", i + 1},
                              {"chosen", int(i) == prepared.face},
                              {"box", {face.x, face.y, face.width, face.height}},
                              {"profile", face.profile}});
  }
  facts["pose"] = {{"yaw_deg", prepared.pose.yaw_deg},
                   {"pitch_deg", prepared.pose.pitch_deg},
                   {"roll_deg", prepared.pose.roll_deg},
                   {"field_of_view_deg", prepared.pose.fov_deg},
                   {"field_of_view_known", prepared.pose.fov_known}};
  facts["landmark_confidence"] = prepared.landmark_confidence;
  for (const Finding& finding : prepared.findings) {
    facts["findings"].push_back({{"code", finding.code},
                                 {"warning", finding.severity == FindingSeverity::kWarning},
                                 {"text", finding.message}});
  }
  return facts;
}

Json facts_of_project(const fs::path& file) {
  const ProjectSummary summary = inspect_project(file);
  const auto state = Json::parse(summary.state_json);
  Json facts;
  facts["project"] = file.string();
  facts["photo"] = summary.info.photo_path;
  facts["photo_sha256"] = summary.info.photo_sha256;
  facts["field_of_view_deg"] = summary.info.field_of_view_deg;
  facts["field_of_view_source"] = field_of_view_source_name(summary.info.field_of_view_source);
  facts["seed"] = summary.seed;
  facts["steps_taken"] = summary.steps_taken;
  facts["under_way"] = summary.under_way;
  facts["program_version"] = summary.info.program_version;
  facts["pack"] = {{"name", summary.info.pack_name},
                   {"version", summary.info.pack_version},
                   {"hash", summary.info.pack_hash}};
  facts["findings"] = Json::array();
  for (const auto& note : summary.info.notes) {
    facts["findings"].push_back(
        {{"code", note.id}, {"warning", note.warning}, {"text", note.text}});
  }
  for (const char* key : {"stages", "settings", "journal"}) {
    if (state.contains(key)) facts[key] = state[key];
  }
  return facts;
}

Json facts_of_tensors(const SafetensorsFile& file) {
  Json facts;
  facts["file"] = file.path().string();
  facts["metadata"] = Json::object();
  for (const auto& [key, value] : file.metadata()) facts["metadata"][key] = value;
  std::int64_t bytes = 0;
  facts["tensors"] = Json::object();
  for (const auto& [name, view] : file.tensors()) {
    std::string shape;
    for (const auto side : view.shape) shape += (shape.empty() ? "" : " x ") + std::to_string(side);
    facts["tensors"][name] = std::string(dtype_name(view.dtype)) + " " + shape;
    bytes += static_cast<std::int64_t>(view.data.size());
  }
  facts["count"] = file.tensors().size();
  facts["bytes"] = bytes;
  return facts;
}

ImageFormat picture_format(const fs::path& path) {
  std::array<char, 64> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(head.data());
  return read_image_header({bytes, std::size_t(file.gcount())}).format;
}

Json facts_of_file(const InfoArguments& arguments) {
  const fs::path& file = arguments.file;
  check(fs::exists(file), ErrorCode::kNotFound, "There is no file \"{}\"; check the name",
        file.string());
  if (fs::is_directory(file)) return facts_of_pack(ModelPack::open(file));
  if (const ImageFormat format = picture_format(file); format != ImageFormat::kUnknown) {
    return facts_of_photo(file, format, arguments.pack);
  }
  const std::string extension = file.extension().string();
  check(extension == ".safetensors" || extension == ".portrait", ErrorCode::kBadInput,
        "\"{}\" is neither a photo (JPEG, PNG, WebP, TIFF), a project (.portrait), a pack's "
        "folder nor a .safetensors file",
        file.string());
  const SafetensorsFile tensors(file);
  const auto format = tensors.metadata().find("format");
  const bool project =
      format != tensors.metadata().end() && format->second.rfind("portrait-project", 0) == 0;
  return project || extension == ".portrait" ? facts_of_project(file) : facts_of_tensors(tensors);
}

}  // namespace

void add_info(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<InfoArguments>();
  auto& command = *app.add_subcommand(
      "info", "What a photo, project, pack or safetensors file is; without one: this program");
  command.add_option("file", arguments->file, "A photo, a .portrait, a pack's folder, or tensors");
  command.add_option("--pack", arguments->pack, "Folder of the model pack to use");
  command.add_flag("--json", arguments->json, "For scripts");
  command.add_flag("--settings", arguments->settings, "Every setting, advanced ones too");
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token) {
      if (arguments->settings) {
        std::printf("%s", settings_help(true).c_str());
        return;
      }
      print_facts(
          arguments->file.empty() ? facts_of_program(arguments->pack) : facts_of_file(*arguments),
          arguments->json);
    };
  });
}

}  // namespace portrait::cli

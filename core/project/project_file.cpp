// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/project/project_file.h"

#include "core/base/byte_value.h"
#include "core/base/error.h"
#include "core/nn/torch_safetensors.h"
#include "core/pipeline/camera_json.h"
#include "core/pipeline/image_tensor.h"
#include "core/pipeline/pipeline.h"
#include "core/project/formation_file.h"

#include <nlohmann/json.hpp>


namespace portrait {
namespace {

using nlohmann::json;
constexpr const char* kProgramVersion = "0.1.0";
constexpr std::int64_t kLongestPhoto = 65535;  // pixels, as JPEG has it

json info_to_json(const ProjectInfo& info) {
  json notes = json::array();
  for (const auto& note : info.notes) {
    notes.push_back({{"id", note.id},
                     {"text", note.text},
                     {"warning", note.warning},
                     {"pattern", note.pattern},
                     {"arguments", note.arguments}});
  }
  json faces = json::array();
  for (const FaceFrame& face : info.faces) {
    faces.push_back({face.x, face.y, face.width, face.height});
  }
  return {{"photo_name", info.photo_name},
          {"photo_path", info.photo_path},
          {"photo_sha256", info.photo_sha256},
          {"photo_camera", camera_to_json(info.photo_camera)},
          {"face", info.face},
          {"roll_deg", info.roll_deg},
          {"field_of_view_deg", info.field_of_view_deg},
          {"field_of_view_source", field_of_view_source_name(info.field_of_view_source)},
          {"exif_field_of_view_deg", info.exif_field_of_view_deg},
          {"matte_from_alpha", info.matte_from_alpha},
          {"faces", faces},
          {"face_shown", info.face_shown},
          {"notes", notes},
          {"pack",
           {{"name", info.pack_name}, {"version", info.pack_version}, {"hash", info.pack_hash}}},
          {"program", "portrait"},
          {"program_version", kProgramVersion}};
}

ProjectInfo info_from_json(const json& j) {
  ProjectInfo info;
  info.photo_name = j.at("photo_name").get<std::string>();
  info.photo_path = j.at("photo_path").get<std::string>();
  info.photo_sha256 = j.at("photo_sha256").get<std::string>();
  info.photo_camera = camera_from_json(j.at("photo_camera"));
  info.face = j.at("face").get<int>();
  info.roll_deg = j.at("roll_deg").get<double>();
  info.field_of_view_deg = j.at("field_of_view_deg").get<double>();
  for (const json& note : j.at("notes")) {
    info.notes.push_back({note.at("id").get<std::string>(), note.at("text").get<std::string>(),
                          note.at("warning").get<bool>(), note.value("pattern", std::string()),
                          note.value("arguments", std::vector<std::string>())});
  }
  // Projects of the first versions have none of these.
  info.field_of_view_source =
      field_of_view_source_of(j.value("field_of_view_source", std::string()).c_str());
  info.exif_field_of_view_deg = j.value("exif_field_of_view_deg", 0.0);
  for (const json& box : j.value("faces", json::array())) {
    info.faces.push_back({box.at(0).get<double>(), box.at(1).get<double>(),
                          box.at(2).get<double>(), box.at(3).get<double>()});
  }
  info.face_shown = j.value("face_shown", -1);
  info.matte_from_alpha = j.value("matte_from_alpha", false);
  const json& pack = j.at("pack");
  info.pack_name = pack.at("name").get<std::string>();
  info.pack_version = pack.at("version").get<std::string>();
  info.pack_hash = pack.at("hash").get<std::string>();
  info.program_version = j.at("program_version").get<std::string>();
  return info;
}

Tensor bytes_of_image(const Image& image) {
  Tensor bytes = at::empty({image.height, image.width, image.channels}, at::kByte);
  std::uint8_t* out = bytes.data_ptr<std::uint8_t>();
  for (const float value : image.pixels) {
    *out++ = byte_of(value);
  }
  return bytes;
}

Image image_of_bytes(const Tensor& bytes, const std::filesystem::path& path) {
  check(bytes.dim() == 3 && bytes.size(2) == 3 && bytes.scalar_type() == at::kByte,
        ErrorCode::kCorrupt, "'photo.full' of {} is not an 8-bit RGB picture", path.string());
  check(bytes.size(0) <= kLongestPhoto && bytes.size(1) <= kLongestPhoto, ErrorCode::kCorrupt,
        "'photo.full' of {} is {} x {} pixels; no side of a photo is longer than {}", path.string(),
        bytes.size(1), bytes.size(0), kLongestPhoto);
  Image image(static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(0)), 3);
  const std::uint8_t* in = bytes.data_ptr<std::uint8_t>();
  for (float& value : image.pixels) value = static_cast<float>(*in++) / 255.0F;
  return image;
}

Image found_matte_of(const Tensor& matte, const std::filesystem::path& path) {
  check(matte.dim() == 3 && matte.size(0) == 1 && matte.size(1) == matte.size(2) &&
            matte.scalar_type() == at::kFloat,
        ErrorCode::kCorrupt, "'photo.found_matte' of {} is not a square matte", path.string());
  return image_of_tensor(matte);
}

struct Documents {
  json info;
  json state;
};

Documents read_documents(const SafetensorsFile& file) {
  const std::string name = file.path().string();
  const auto& metadata = file.metadata();
  const auto entry = [&](const char* key) -> const std::string& {
    const auto found = metadata.find(key);
    check(found != metadata.end(), ErrorCode::kBadInput,
          "{} is a safetensors file but not a portrait project: it has no \"{}\" in its metadata",
          name, key);
    return found->second;
  };
  const std::string& format = entry("format");
  const std::string wanted = "portrait-project-";
  check(format.rfind(wanted, 0) == 0, ErrorCode::kBadInput,
        "{} is not a portrait project: its format is \"{}\"", name, format);
  const int version = std::atoi(format.c_str() + wanted.size());
  check(version >= 1, ErrorCode::kCorrupt, "{} has the malformed format \"{}\"", name, format);
  check(version <= kProjectFormat, ErrorCode::kUnsupported,
        "{} was saved by a newer version (format {}, this one reads up to {}); update the program",
        name, version, kProjectFormat);
  const auto parse = [&](const char* key) {
    json document = json::parse(entry(key), nullptr, false);
    check(document.is_object(), ErrorCode::kCorrupt, "The \"{}\" of {} is not JSON; it is damaged",
          key, name);
    return document;
  };
  return {parse("info"), parse("state")};
}

SafetensorsFile open_file(const std::filesystem::path& path) {
  check(std::filesystem::exists(path), ErrorCode::kNotFound,
        "There is no project at {}; check the path", path.string());
  check(std::filesystem::is_regular_file(path), ErrorCode::kBadInput, "{} is not a file",
        path.string());
  return SafetensorsFile(path);
}

}  // namespace

LoadedProject::LoadedProject() = default;
LoadedProject::LoadedProject(LoadedProject&&) noexcept = default;
LoadedProject& LoadedProject::operator=(LoadedProject&&) noexcept = default;
LoadedProject::~LoadedProject() = default;

void save_project(const std::filesystem::path& path, const Pipeline& pipeline,
                  const ProjectInfo& info, const FormationRecorder& formation) {
  TensorMap tensors;
  json state;
  json moments;
  pipeline.save_to(tensors, state);
  save_formation(formation, tensors, moments);
  if (!info.photo.empty()) tensors["photo.full"] = bytes_of_image(info.photo);
  if (!info.found_matte.empty()) {
    tensors["photo.found_matte"] = tensor_of_image(info.found_matte);
  }
  save_tensors(path, tensors,
               {{"format", "portrait-project-" + std::to_string(kProjectFormat)},
                {"info", info_to_json(info).dump()},
                {"state", state.dump()},
                {"formation", moments.dump()}});
}

LoadedProject load_project(const std::filesystem::path& path) {
  const SafetensorsFile file = open_file(path);
  const Documents documents = read_documents(file);
  const TensorMap tensors = load_tensors(file);
  for (const auto& [name, tensor] : tensors) {
    check(!tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>(),
          ErrorCode::kCorrupt, "Tensor '{}' of {} holds values that are not finite; it is damaged",
          name, path.string());
  }
  LoadedProject project;
  try {
    project.info = info_from_json(documents.info);
  } catch (const json::exception& e) {
    fail(ErrorCode::kCorrupt, "The information in {} is damaged: {}", path.string(), e.what());
  }
  const auto photo = tensors.find("photo.full");
  if (photo != tensors.end()) project.info.photo = image_of_bytes(photo->second, path);
  if (tensors.count("photo.found_matte") != 0) {
    project.info.found_matte = found_matte_of(tensors.at("photo.found_matte"), path);
  }
  try {
    project.pipeline = std::make_unique<Pipeline>(Pipeline::load(tensors, documents.state));
    // Projects of the first versions have none.
    if (file.metadata().count("formation") != 0) {
      project.formation =
          load_formation(tensors, json::parse(file.metadata().at("formation"), nullptr, false));
    }
  } catch (const Error& e) {
    throw e.within(path.string());
  }
  return project;
}

ProjectSummary inspect_project(const std::filesystem::path& path) {
  const SafetensorsFile file = open_file(path);
  const Documents documents = read_documents(file);
  ProjectSummary summary;
  try {
    summary.info = info_from_json(documents.info);
    summary.seed = documents.state.at("seed").get<std::uint64_t>();
    summary.steps_taken = documents.state.at("steps_taken").get<int>();
    summary.under_way = documents.state.at("under_way").get<bool>();
  } catch (const json::exception& e) {
    fail(ErrorCode::kCorrupt, "The information in {} is damaged: {}", path.string(), e.what());
  }
  summary.state_json = documents.state.dump();
  return summary;
}

}  // namespace portrait

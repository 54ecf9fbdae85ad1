// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/command.h"
#include "app/cli/progress.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/pipeline/pipeline.h"
#include "core/project/project_file.h"
#include "core/session/head_exports.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;

struct ExportArguments {
  fs::path project;
  fs::path out;
  std::vector<std::string> formats = {"glb"};
  std::string preset = "blender";
  std::vector<std::string> assignments;
  std::string progress = "plain";
};

using Switch = bool ExportRequest::*;
constexpr std::array<std::pair<const char*, Switch>, 13> kFormats = {{
    {"glb", &ExportRequest::glb},
    {"obj", &ExportRequest::obj},
    {"usda", &ExportRequest::usda},
    {"ply", &ExportRequest::ply},
    {"stl", &ExportRequest::stl},
    {"mp4", &ExportRequest::turntable_mp4},
    {"webm", &ExportRequest::turntable_webm},
    {"gif", &ExportRequest::turntable_gif},
    {"png", &ExportRequest::png_sequence},
    {"sheet", &ExportRequest::contact_sheet},
    {"pictures", &ExportRequest::pictures},
    {"film", &ExportRequest::formation_film},
    {"field", &ExportRequest::field},
}};

constexpr std::array<std::pair<const char*, MeshPreset>, 5> kPresets = {{
    {"gltf", MeshPreset::kGltf},
    {"blender", MeshPreset::kBlender},
    {"unreal", MeshPreset::kUnreal},
    {"unity", MeshPreset::kUnity},
    {"print", MeshPreset::kPrint},
}};

std::string names_of(const auto& table) {
  std::string names;
  for (const auto& [name, value] : table) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

auto looked_up(const auto& table, const std::string& name, const char* what) {
  for (const auto& [key, value] : table) {
    if (name == key) return value;
  }
  throw Error(ErrorCode::kBadUsage,
              fmt::format("There is no {} \"{}\"; there are {}", what, name, names_of(table)));
}

ExportRequest request_of(const ExportArguments& arguments) {
  ExportRequest request;
  request.folder = arguments.out;
  for (const auto& [name, wanted] : kFormats) request.*wanted = false;
  for (const std::string& name : arguments.formats) {
    request.*looked_up(kFormats, name, "format") = true;
  }
  request.preset = looked_up(kPresets, arguments.preset, "preset");
  return request;
}

void export_project(const ExportArguments& arguments, std::stop_token stop) {
  const ExportRequest request = request_of(arguments);
  const auto progress = make_progress(arguments.progress);
  const LoadedProject project = load_project(arguments.project);
  const Pipeline& pipeline = *project.pipeline;
  Settings settings = pipeline.settings();
  for (const std::string& assignment : arguments.assignments) settings.set_assignment(assignment);
  const auto job = begin_head_export(
      pipeline.head(), request, settings,
      export_sources(pipeline, project.info, *project.formation.formation(), request));
  ExportStatus status;
  for (bool finished = false; !finished && !stop.stop_requested();) {
    finished = job->advance();
    job->describe(status);
    progress->exporting(status);
  }
  if (stop.stop_requested() || arguments.progress == "none") return;
  for (const ExportedFile& file : status.files) std::printf("%s\n", file.path.c_str());
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<ExportArguments>();
  auto& command =
      *app.add_subcommand("export", "Meshes, turntables and sheets of a project's head");
  command.add_option("project", arguments->project, "A .portrait file")->required();
  command.add_option("--out", arguments->out, "Folder for the files")->required();
  command
      .add_option(
          "--format", arguments->formats,
          "A list with commas: " + names_of(kFormats) +
              " (mp4, webm, gif and png are turntables, pictures have their cameras in "
              "transforms.json, film is how the head formed, field is the head itself: tri-plane, "
              "decoder and super-resolution)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
  command
      .add_option(
          "--preset", arguments->preset,
          "Unit and axes of OBJ, PLY and STL, as a program reads them: " + names_of(kPresets))
      ->capture_default_str();
  command
      .add_option("--set", arguments->assignments,
                  "key=value; a setting of the groups Mesh, Turntable and Rendering")
      ->allow_extra_args(false);
  command.add_option("--progress", arguments->progress, "plain, json (an object a line) or none")
      ->capture_default_str();
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) { export_project(*arguments, stop); };
  });
}

}  // namespace portrait::cli

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/command.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/exporting/image_set.h"
#include "core/image/write_image.h"
#include "core/pipeline/head_view.h"
#include "core/pipeline/pipeline.h"
#include "core/project/project_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;

struct RenderArguments {
  fs::path project;
  fs::path out;
  std::vector<double> azimuths;
  double elevation = 0;
  int size = 512;
  bool depth = false;
};

// A 16-bit step of a depth picture, in world units; 0 stays empty.
constexpr double kDepthStep = 1.0 / 16384;

Image stored_depth(const Image& depth) {
  Image stored = depth;
  for (float& d : stored.pixels) {
    d = static_cast<float>(std::min(std::round(double(d) / kDepthStep), 65535.0) / 65535.0);
  }
  return stored;
}

void require_sensible(const RenderArguments& arguments) {
  for (const double azimuth : arguments.azimuths) {
    check(std::isfinite(azimuth) && std::abs(azimuth) <= 360, ErrorCode::kBadUsage,
          "An azimuth of {} degrees is out of range; -360 to 360, 0 is the front", azimuth);
  }
  check(std::abs(arguments.elevation) <= 89, ErrorCode::kBadUsage,
        "An elevation of {} degrees is out of range; -89 to 89, above 0 looks down",
        arguments.elevation);
  check(arguments.size >= 64 && arguments.size <= 2048 && arguments.size % 4 == 0,
        ErrorCode::kBadUsage, "A size of {} is out of range; a multiple of 4 from 64 to 2048",
        arguments.size);
}

void render_views(const RenderArguments& arguments, std::stop_token stop) {
  require_sensible(arguments);
  const LoadedProject project = load_project(arguments.project);
  require_writable_folder(arguments.out);
  const HeadView head(project.pipeline->head(), LookOptions::from(project.pipeline->settings()));
  const bool neural = !head.field().sr.empty();
  const int width = neural ? arguments.size / SuperResolution::kScale : arguments.size;
  std::vector<CameraFrame> frames;
  std::vector<std::string> depth_files;
  for (const double azimuth : arguments.azimuths) {
    if (stop.stop_requested()) return;
    const Viewpoint viewpoint{azimuth, arguments.elevation};
    const Camera camera = rig_camera(viewpoint);
    const HeadPicture picture = head.picture(camera, width, neural);
    const std::string name = view_name(viewpoint);
    write_image(arguments.out / (name + ".png"), picture.rgba);
    if (arguments.depth) {
      WriteOptions deep;
      deep.bits = 16;
      write_image(arguments.out / (name + "_depth.png"), stored_depth(picture.depth), deep);
      depth_files.push_back(name + "_depth.png");
    }
    frames.push_back({name + ".png", camera, picture.rgba.width, picture.rgba.height});
    std::printf("%s\n", (arguments.out / (name + ".png")).c_str());
    std::fflush(stdout);
  }
  auto json = nlohmann::json::parse(transforms_json(frames));
  for (std::size_t i = 0; i < depth_files.size(); ++i) {
    json["frames"][i]["depth_file_path"] = depth_files[i];
  }
  if (arguments.depth) {
    // Distance along the pixel's ray, in units of 40 cm.
    json["integer_depth_scale"] = kDepthStep;
    json["depth_meaning"] = "distance along the ray = integer_depth_scale * value; 0 = empty";
  }
  write_text_file(arguments.out / "transforms.json", json.dump(2) + "\n");
}

}  // namespace

void add_render(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<RenderArguments>();
  auto& command = *app.add_subcommand("render", "Pictures of a project's head, with alpha");
  command.add_option("project", arguments->project, "A .portrait file")->required();
  command
      .add_option("--azimuth", arguments->azimuths,
                  "Degrees, a list with commas: 0 is the front, 90 the viewer's right")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--elevation", arguments->elevation, "Degrees; above 0 looks down")
      ->capture_default_str();
  command.add_option("--size", arguments->size, "Width and height in pixels")
      ->capture_default_str();
  command.add_flag("--depth", arguments->depth,
                   "16-bit depth pictures too, at the renderer's own resolution");
  command.add_option("--out", arguments->out, "Folder for the pictures and transforms.json")
      ->required();
  command.callback([arguments, &action] {
    action = [arguments](std::stop_token stop) { render_views(*arguments, stop); };
  });
}

}  // namespace portrait::cli

// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/image_set.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/write_image.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace portrait {
namespace {

using nlohmann::json;

json matrix_json(const Eigen::Matrix4d& world_from_opencv) {
  Eigen::Matrix4d m = world_from_opencv;
  m.col(1) = -m.col(1);  // OpenGL's camera: y up,
  m.col(2) = -m.col(2);  // z backward
  json rows = json::array();
  for (int r = 0; r < 4; ++r) rows.push_back({m(r, 0), m(r, 1), m(r, 2), m(r, 3)});
  return rows;
}

}  // namespace

std::string view_name(const Viewpoint& viewpoint) {
  return fmt::format("view_az{:+06.1f}_el{:+05.1f}", viewpoint.azimuth_deg,
                     viewpoint.elevation_deg);
}

std::string transforms_json(const std::vector<CameraFrame>& frames) {
  check(!frames.empty(), ErrorCode::kBadUsage, "An image set needs at least one view");
  json root = {
      {"generator", "Portrait Studio"}, {"camera_model", "OPENCV"}, {"frames", json::array()}};
  for (const CameraFrame& frame : frames) {
    check(frame.width > 0 && frame.height > 0, ErrorCode::kBadUsage, "The view \"{}\" has no size",
          frame.file);
    const Camera& camera = frame.camera;
    // Views may differ in lens and size, so each carries its own intrinsics.
    root["frames"].push_back({{"file_path", frame.file},
                              {"w", frame.width},
                              {"h", frame.height},
                              {"fl_x", camera.focal_x * frame.width},
                              {"fl_y", camera.focal_y * frame.height},
                              {"cx", camera.centre_x * frame.width},
                              {"cy", camera.centre_y * frame.height},
                              {"camera_angle_x", 2 * std::atan(0.5 / camera.focal_x)},
                              {"transform_matrix", matrix_json(camera.world_from_camera)}});
  }
  for (const char* key : {"w", "h", "fl_x", "fl_y", "cx", "cy", "camera_angle_x"}) {
    root[key] = root["frames"][0][key];
  }
  return root.dump(2) + "\n";
}

void write_transforms(const std::filesystem::path& path, const std::vector<CameraFrame>& frames) {
  write_text_file(path, transforms_json(frames));
}

void write_image_set(const std::filesystem::path& folder, const std::vector<ViewImage>& views) {
  check(!views.empty(), ErrorCode::kBadUsage, "An image set needs at least one view");
  require_writable_folder(folder);
  std::vector<CameraFrame> frames;
  for (const ViewImage& view : views) {
    const std::string file = view.name + ".png";
    write_image(folder / file, view.image);
    frames.push_back({file, view.camera, view.image.width, view.image.height});
  }
  write_transforms(folder / "transforms.json", frames);
}

}  // namespace portrait

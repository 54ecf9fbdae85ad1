// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

struct CameraFrame {
  std::string file;  // file name relative to the JSON
  Camera camera;
  int width = 0;
  int height = 0;
};

// transforms.json in the convention of NeRF and Instant-NGP: camera-to-world matrices with
// OpenGL camera axes (x right, y up, z backward), focal lengths and principal point in pixels.
std::string transforms_json(const std::vector<CameraFrame>& frames);
// Throws kBadUsage when there are no frames, kIo.
void write_transforms(const std::filesystem::path& path, const std::vector<CameraFrame>& frames);

// "view_az+030.0_el-05.0": a file's name that says where the picture was taken from.
std::string view_name(const Viewpoint& viewpoint);

struct ViewImage {
  std::string name;  // file name without extension
  Image image;
  Camera camera;
};

// A folder of PNGs and their transforms.json. Throws kBadUsage, kIo.
void write_image_set(const std::filesystem::path& folder, const std::vector<ViewImage>& views);

}  // namespace portrait

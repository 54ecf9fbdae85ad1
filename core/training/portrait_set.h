// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

// Synthetic portraits as a folder of pictures with their truth. Portrait NAME = "000042_1" is photo
// 1 of subject 42:
//   NAME.png          the photo, sRGB, 8 bits
//   NAME_matte.png    the subject's coverage, 8 bits
//   NAME_depth.png    (geometry) distance along the camera's axis in steps of kPortraitDepthStep
//                     world units, 16 bits, 0 where empty
//   NAME_normals.png  (geometry) 0.5 + 0.5 n in world axes, 8 bits, black where empty
//   transforms.json   the cameras, in the layout of NeRF tools: per frame file_path,
//                     transform_matrix (world from camera, the camera looking along -z with y up),
//                     fl_x, fl_y, cx, cy, w, h in pixels; besides subject, photo, yaw_deg,
//                     pitch_deg, roll_deg, fov_deg, landmarks (68 x [x, y], pixels) and
//                     landmarks_world (68 x [x, y, z], world units). A subject is one scene.
// World axes and units are those of core/camera/camera.h.
inline constexpr double kPortraitDepthStep = 1e-4;

struct PortraitSetOptions {
  std::filesystem::path folder;
  std::filesystem::path heads;  // ict_facekit_light.safetensors
  std::filesystem::path hair;   // hair_cc0.safetensors
  int first = 0;                // number of the first subject
  int count = 16;               // portraits
  int photos_per_subject = 1;
  int size = 512;         // pixels, both ways
  bool held_out = false;  // subjects and styles that are never trained on
  bool geometry = false;  // depths and normals too
  bool degrade = true;    // a phone's noise, blur and compression
  std::uint64_t seed = 1;
  std::filesystem::path sheet;  // contact sheet of all portraits, PNG; empty: none
};

struct PortraitSetReport {
  int portraits = 0;
  double seconds = 0;  // of drawing and writing, without the loading of the head model
};

// Same options: same bytes, whatever the number of threads. Files that are there are replaced.
// Throws kBadUsage (counts, sizes), kNotFound, kCorrupt (assets), kIo.
PortraitSetReport write_portrait_set(const PortraitSetOptions& options,
                                     const std::function<void(int done, int of)>& progress = {},
                                     std::stop_token stop = {});

}  // namespace portrait

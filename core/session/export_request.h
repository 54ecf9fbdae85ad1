// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace portrait {

// What to write of a head, and where. Files are written beside and renamed one by one. Sizes come
// from the settings (mesh.*, turntable.*) unless given here.
struct ExportRequest {
  std::filesystem::path folder;
  bool glb = true;             // head.glb: mesh with vertex colours
  bool ply = false;            // head.ply
  bool turntable_mp4 = true;   // turntable.mp4, H.264 over the viewport's dark grey
  bool png_sequence = false;   // turntable/frame_0000.png ..., with alpha
  bool contact_sheet = false;  // contact_sheet.png: the 13 standard views
  bool formation_film = false; // formation.mp4: how the head formed, once round it
  int mesh_resolution = 0;     // samples along the cube's edge; 0: the setting mesh.resolution
  int turntable_frames = 0;    // 0: the setting turntable.frames
  double frames_per_second = 30;
};

}  // namespace portrait

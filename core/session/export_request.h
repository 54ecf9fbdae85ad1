// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/exporting/mesh_axes.h"

#include <filesystem>

namespace portrait {

// What to write of a head, and where. Files are written beside and renamed one by one. Sizes come
// from the settings (mesh.*, turntable.*) unless given here.
struct ExportRequest {
  std::filesystem::path folder;
  bool glb = true;                           // head.glb: the mesh, its texture within
  bool obj = false;                          // head.obj, head.mtl and head_texture.png
  bool usda = false;                         // head.usda and the same texture
  bool ply = false;                          // head.ply and the same
  bool stl = false;                          // head.stl: the shape alone
  MeshPreset preset = MeshPreset::kBlender;  // unit and axes of OBJ, PLY and STL
  bool turntable_mp4 = true;   // turntable.mp4, H.264 over the viewport's dark grey
  bool turntable_webm = false;  // turntable.webm, VP9 with alpha
  bool turntable_gif = false;   // turntable.gif, loops
  bool png_sequence = false;   // turntable/frame_0000.png ..., with alpha
  bool contact_sheet = false;  // contact_sheet.png: the 13 standard views
  bool pictures = false;       // pictures/view_*.png: the 13 views with alpha; transforms.json
  bool field = false;          // head_field.safetensors (core/session/field_file.h)
  bool formation_film = false; // formation.mp4: how the head formed, once round it
  int mesh_resolution = 0;     // samples along the cube's edge; 0: the setting mesh.resolution
  int turntable_frames = 0;    // 0: the setting turntable.frames
  double frames_per_second = 30;

  // Besides files of meshes: mesh_report.json, what the files were found to hold, and seen.png,
  // white where the texture is the photo's.
  bool mesh() const { return glb || obj || usda || ply || stl; }
  bool turntable() const {
    return turntable_mp4 || turntable_webm || turntable_gif || png_sequence;
  }
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/exporting/mesh_texture.h"
#include "core/session/export_request.h"
#include "core/session/snapshot.h"
#include "core/session/textured_head.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace portrait {

// The mesh's part of an export: textured head, a file in each format asked for, the picture of what
// the photo saw, and the sheet that says what they hold.
class MeshExport {
 public:
  using Add = std::function<void(const std::string& what, std::function<void()> part)>;
  using Wrote = std::function<void(const std::filesystem::path& name)>;

  // head: outlives this. extras_json: kept in the GLB.
  MeshExport(const HeadView& head, std::optional<BakeView> photo, const ExportRequest& request,
             const Settings& settings, std::string extras_json);

  // Adds its parts in order; each calls `wrote` with the names of files that stand, in the folder.
  void plan(const Add& add, Wrote wrote);
  // triangles = 0 until all of it stands.
  const ExportedMesh& told() const { return told_; }

 private:
  void write(const std::string& name, const std::function<void()>& file,
             const std::vector<std::string>& companions = {});
  void write_glb_file();
  void write_obj_file();
  void write_usda_file();
  void write_ply_file();
  void write_stl_file();
  void write_normals();
  void write_seen();
  void write_sheet();

  ExportRequest request_;
  std::string extras_json_;
  TexturedHeadMaker maker_;
  MeshTexture texture_;
  Wrote wrote_;
  std::vector<std::string> files_;
  ExportedMesh told_;
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/mesh_export.h"

#include "core/base/files.h"
#include "core/exporting/glb.h"
#include "core/exporting/obj.h"
#include "core/exporting/ply.h"
#include "core/exporting/stl.h"
#include "core/exporting/usda.h"
#include "core/image/write_image.h"
#include "core/session/mesh_sheet.h"

#include <utility>

namespace portrait {

MeshExport::MeshExport(const HeadView& head, std::optional<BakeView> photo,
                       const ExportRequest& request, const Settings& settings,
                       std::string extras_json)
    : request_(request),
      extras_json_(std::move(extras_json)),
      maker_(head, std::move(photo), HeadMeshOptions::from(settings, request)) {}

void MeshExport::plan(const Add& add, Wrote wrote) {
  wrote_ = std::move(wrote);
  add("Mesh", [this] { maker_.take_surface(); });
  if (maker_.textured()) {
    add("Atlas", [this] { maker_.unwrap(); });
    for (int view = 0; view < maker_.views(); ++view) {
      add("Texture", [this, view] { maker_.look_from(view); });
    }
    add("Texture", [this] { maker_.bake(); });
    add("Texture", [this] { maker_.compare(); });
    add("Texture", [this] {
      texture_.base_colour = PngPicture(maker_.result().colour);
      maker_.result().colour = {};  // 800 MB at 8192
    });
    if (maker_.has_normal_map()) {
      add("Normal map", [this] { maker_.bake_normals(); });
      add("Normal map", [this] {
        texture_.normals = PngPicture(maker_.result().normals);
        maker_.result().normals = {};
      });
    }
  }
  if (request_.glb) add("Mesh (GLB)", [this] { write_glb_file(); });
  if (request_.obj) add("Mesh (OBJ)", [this] { write_obj_file(); });
  if (request_.usda) add("Mesh (USDA)", [this] { write_usda_file(); });
  if (request_.ply) add("Mesh (PLY)", [this] { write_ply_file(); });
  if (request_.stl) add("Mesh (STL)", [this] { write_stl_file(); });
  if (maker_.has_normal_map() && !request_.obj && !request_.usda) {
    add("Normal map", [this] { write_normals(); });
  }
  if (maker_.textured()) add("Texture", [this] { write_seen(); });
  add("Mesh", [this] { write_sheet(); });
}

void MeshExport::write(const std::string& name, const std::function<void()>& file,
                       const std::vector<std::string>& companions) {
  file();
  files_.push_back(name);
  wrote_(name);
  for (const std::string& companion : companions) {
    files_.push_back(companion);
    wrote_(companion);
  }
}

void MeshExport::write_glb_file() {
  GlbOptions options;
  options.extras_json = extras_json_;
  options.texture = texture_;
  write("head.glb",
        [&] { write_glb(request_.folder / "head.glb", maker_.result().mesh, options); });
}

void MeshExport::write_obj_file() {
  ObjOptions options;
  options.axes = mesh_axes(request_.preset, MeshFormat::kObj);
  options.texture = texture_;
  std::vector<std::string> beside;
  if (maker_.textured()) beside = {"head.mtl", "head_texture.png"};
  if (maker_.has_normal_map()) beside.push_back("head_normals.png");
  write(
      "head.obj", [&] { write_obj(request_.folder / "head.obj", maker_.result().mesh, options); },
      beside);
}

void MeshExport::write_usda_file() {
  UsdaOptions options;
  options.texture = texture_;
  std::vector<std::string> beside;
  if (maker_.textured() && !request_.obj) beside = {"head_texture.png"};
  if (maker_.has_normal_map() && !request_.obj) beside.push_back("head_normals.png");
  write(
      "head.usda",
      [&] { write_usda(request_.folder / "head.usda", maker_.result().mesh, options); }, beside);
}

void MeshExport::write_ply_file() {
  PlyOptions options;
  options.axes = mesh_axes(request_.preset, MeshFormat::kPly);
  options.texture = texture_;
  std::vector<std::string> beside;
  if (maker_.textured() && !request_.obj && !request_.usda) beside = {"head_texture.png"};
  write(
      "head.ply", [&] { write_ply(request_.folder / "head.ply", maker_.result().mesh, options); },
      beside);
}

void MeshExport::write_stl_file() {
  const MeshAxes axes = mesh_axes(request_.preset, MeshFormat::kStl);
  write("head.stl", [&] { write_stl(request_.folder / "head.stl", maker_.result().mesh, axes); });
}

void MeshExport::write_normals() {
  write("head_normals.png", [this] {
    write_text_file(request_.folder / "head_normals.png", texture_.normals.bytes());
  });
}

void MeshExport::write_seen() {
  write("seen.png", [this] { write_image(request_.folder / "seen.png", maker_.result().seen); });
  maker_.result().seen = {};
}

void MeshExport::write_sheet() {
  const std::string sheet = mesh_sheet(maker_.result(), request_.folder, files_);
  write_text_file(request_.folder / "mesh_report.json", sheet);
  wrote_("mesh_report.json");
  const TexturedHead& head = maker_.result();
  told_ = {head.surface.triangles, head.surface.watertight, head.surface.height_mm, head.texture_px,
           head.source_pixels_per_texel};
}

}  // namespace portrait

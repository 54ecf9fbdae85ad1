// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/mesh_sheet.h"

#include "core/base/files.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace portrait {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double value, int digits) {
  const double unit = std::pow(10.0, digits);
  return std::round(value * unit) / unit;
}

Json surface_json(const TexturedHead& head) {
  const MeshReport& report = head.surface;
  return {{"triangles", report.triangles},
          {"vertices", report.vertices},
          {"height_mm", rounded(report.height_mm, 1)},
          {"watertight", report.watertight},
          {"components", report.components},
          {"boundary_edges", report.boundary_edges},
          {"non_manifold_edges", report.non_manifold_edges},
          {"degenerate_triangles", report.degenerate_triangles}};
}

Json likeness_json(const MeshLikeness& one) {
  return {{"azimuth_deg", rounded(one.viewpoint.azimuth_deg, 1)},
          {"size_px", one.size_px},
          {"mask_iou", rounded(one.mask_iou, 4)},
          {"psnr_db", rounded(one.psnr_db, 2)},
          {"sharpness", rounded(one.sharpness, 3)},
          {"detail_correlation", rounded(one.detail_correlation, 3)}};
}

Json texture_json(const TexturedHead& head) {
  const double source = head.source_pixels_per_texel;
  Json out = {{"size_px", head.texture_px},
              {"charts", head.atlas.charts},
              {"overlap", head.atlas.overlap},
              {"median_stretch", rounded(head.atlas.median_stretch, 3)},
              {"used", rounded(head.atlas.used, 3)},
              {"face_texels_per_mm", rounded(head.atlas.face_texels_per_mm, 2)},
              {"unseen", rounded(head.unseen, 4)}};
  if (head.normal_map) out["normal_map"] = "tangent space, +Y up the picture (OpenGL)";
  if (source > 0) {
    out["photo_pixels_per_texel"] = rounded(source, 2);
    out["upsampled"] = source < 1;
  }
  Json likeness = Json::array();
  for (const MeshLikeness& one : head.likeness) likeness.push_back(likeness_json(one));
  out["against_the_view"] = std::move(likeness);
  if (head.photo) out["against_the_photo"] = likeness_json(*head.photo);
  return out;
}

}  // namespace

std::string mesh_sheet(const TexturedHead& head, const std::filesystem::path& folder,
                       const std::vector<std::string>& files) {
  Json out = {{"mesh", surface_json(head)}};
  if (head.texture_px > 0) out["texture"] = texture_json(head);
  if (!head.coloured) out["colours"] = "none: no file of this export carries any";
  Json written = Json::array();
  for (const std::string& name : files) {
    written.push_back({{"file", name},
                       {"bytes", std::filesystem::file_size(folder / name)},
                       {"sha256", sha256_file(folder / name)}});
  }
  out["files"] = std::move(written);
  return out.dump(2) + "\n";
}

}  // namespace portrait

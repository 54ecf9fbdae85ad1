// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/textured_head.h"

#include "core/base/settings.h"
#include "core/image/resample.h"
#include "core/mesh/atlas.h"
#include "core/mesh/simplify.h"
#include "core/pipeline/head_view.h"
#include "core/session/export_request.h"
#include "core/texture/normal_map.h"
#include "core/texture/texture_bake.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

constexpr int kPictureWidth = 128;  // feature pixels: 512 after the super-resolution
constexpr int kPlainWidth = 256;    // of heads without one: planes know no more
constexpr int kLargestLikeness = 2048;

// Every 30 degrees round the head; from above for the hair, from straight above for the crown,
// from below for chin and nostrils. The front comes first.
std::vector<Viewpoint> bake_viewpoints() {
  std::vector<Viewpoint> out;
  for (int azimuth = 0; azimuth < 360; azimuth += 30) out.push_back({double(azimuth), 0});
  for (int azimuth = 0; azimuth < 360; azimuth += 90) out.push_back({double(azimuth), 45});
  out.push_back({0, 80});
  for (const int azimuth : {0, 60, 300}) out.push_back({double(azimuth), -35});
  return out;
}

// From in front, from both sides and from behind.
bool is_compared(const Viewpoint& viewpoint) {
  return viewpoint.elevation_deg == 0 && std::fmod(viewpoint.azimuth_deg, 90) == 0;
}

}  // namespace

bool shows_colours(const ExportRequest& request) {
  return request.glb || request.obj || request.usda || request.ply;
}

HeadMeshOptions HeadMeshOptions::from(const Settings& settings, const ExportRequest& request) {
  HeadMeshOptions out;
  out.surface = HeadSurface::from(settings);
  if (request.mesh_resolution > 0) out.surface.resolution = request.mesh_resolution;
  out.triangles = settings.get<int>("mesh.triangles");
  out.coloured = shows_colours(request);
  out.texture = out.coloured ? settings.get<int>("mesh.texture") : 0;
  out.face_scale = settings.get<double>("mesh.face_detail");
  out.normal_map = settings.get<bool>("mesh.normal_map");
  return out;
}

TexturedHeadMaker::TexturedHeadMaker(const HeadView& head, std::optional<BakeView> photo,
                                     HeadMeshOptions options)
    : head_(head), photo_(std::move(photo)), options_(options) {
  if (textured()) viewpoints_ = bake_viewpoints();
}

void TexturedHeadMaker::take_surface() {
  TriangleMesh mesh = surface_of_head(head_, options_.surface);
  if (options_.triangles > 0) {
    SimplifyOptions fewer;
    fewer.triangles = options_.triangles;
    TriangleMesh simple = simplify(mesh, fewer);
    if (has_normal_map()) fine_ = std::move(mesh);
    mesh = std::move(simple);
  } else if (has_normal_map()) {
    fine_ = mesh;
  }
  if (options_.coloured) colour_by_field(mesh, head_);
  result_.coloured = options_.coloured;
  result_.surface = inspect_mesh(mesh);
  result_.mesh = std::move(mesh);
}

void TexturedHeadMaker::unwrap() {
  AtlasOptions options;
  options.texture_size = options_.texture;
  options.face_scale = options_.face_scale;
  result_.mesh = portrait::unwrap(result_.mesh, options);
  result_.atlas = inspect_atlas(result_.mesh, options_.texture);
}

void TexturedHeadMaker::look_from(int view) {
  const bool neural = !head_.field().sr.empty();
  const Viewpoint& viewpoint = viewpoints_.at(std::size_t(view));
  const Camera camera = rig_camera(viewpoint);
  Image picture = head_.picture(camera, neural ? kPictureWidth : kPlainWidth, neural).rgba;
  if (is_compared(viewpoint)) kept_.push_back({camera, picture});
  sources_.emplace_back(BakeView{camera, std::move(picture)}, result_.mesh);
}

void TexturedHeadMaker::bake() {
  if (photo_) {
    const int side = std::min(photo_->rgba.width, kLargestLikeness);
    kept_.push_back({photo_->camera, resize(photo_->rgba, side, side)});
    sources_.emplace_back(*std::exchange(photo_, std::nullopt), result_.mesh);
    result_.photo.emplace();
  }
  BakedTexture baked = bake_texture(result_.mesh, sources_, options_.texture);
  sources_.clear();  // the photo may be large
  result_.texture_px = options_.texture;
  result_.colour = std::move(baked.colour);
  result_.seen = std::move(baked.seen);
  result_.source_pixels_per_texel = baked.source_pixels_per_texel;
  result_.unseen = baked.unseen;
}

void TexturedHeadMaker::compare() {
  for (const Kept& kept : kept_) {
    result_.likeness.push_back(
        mesh_likeness(result_.mesh, result_.colour, kept.camera, kept.picture));
  }
  kept_.clear();
  if (!result_.photo) return;
  result_.photo = result_.likeness.back();
  result_.likeness.pop_back();
}

void TexturedHeadMaker::bake_normals() {
  const TriangleMesh fine = std::exchange(fine_, {});
  result_.normals = bake_normal_map(result_.mesh, fine, options_.texture);
  result_.normal_map = true;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/textured_head.h"

#include "core/base/settings.h"
#include "core/image/resample.h"
#include "core/mesh/atlas.h"
#include "core/mesh/simplify.h"
#include "core/pipeline/head_view.h"
#include "core/session/export_request.h"
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

}  // namespace

HeadMeshOptions HeadMeshOptions::from(const Settings& settings, const ExportRequest& request) {
  HeadMeshOptions out;
  out.surface = HeadSurface::from(settings);
  if (request.mesh_resolution > 0) out.surface.resolution = request.mesh_resolution;
  out.triangles = settings.get<int>("mesh.triangles");
  out.texture = settings.get<int>("mesh.texture");
  out.face_scale = settings.get<double>("mesh.face_detail");
  return out;
}

TexturedHeadMaker::TexturedHeadMaker(const HeadView& head, std::optional<BakeView> photo,
                                     HeadMeshOptions options)
    : head_(head), photo_(std::move(photo)), options_(options) {
  if (textured()) cameras_ = bake_viewpoints();
}

void TexturedHeadMaker::take_surface() {
  TriangleMesh mesh = surface_of_head(head_, options_.surface);
  if (options_.triangles > 0) {
    SimplifyOptions fewer;
    fewer.triangles = options_.triangles;
    mesh = simplify(mesh, fewer);
  }
  colour_by_field(mesh, head_);
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
  pictures_.push_back(head_
                          .picture(rig_camera(cameras_.at(std::size_t(view))),
                                   neural ? kPictureWidth : kPlainWidth, neural)
                          .rgba);
}

void TexturedHeadMaker::bake() {
  std::vector<BakeSource> sources;
  for (std::size_t i = 0; i < pictures_.size(); ++i) {
    sources.emplace_back(BakeView{rig_camera(cameras_[i]), pictures_[i]}, result_.mesh);
  }
  BakeView photo;
  if (photo_) {
    const int side = std::min(photo_->rgba.width, kLargestLikeness);
    photo = {photo_->camera, resize(photo_->rgba, side, side)};
    sources.emplace_back(*std::exchange(photo_, std::nullopt), result_.mesh);
  }
  BakedTexture baked = bake_texture(result_.mesh, sources, options_.texture);
  sources.clear();  // the photo may be large
  result_.colour = std::move(baked.colour);
  result_.seen = std::move(baked.seen);
  result_.source_pixels_per_texel = baked.source_pixels_per_texel;
  result_.unseen = baked.unseen;
  for (std::size_t i = 0; i < cameras_.size(); ++i) {
    const bool told = cameras_[i].elevation_deg == 0 && int(cameras_[i].azimuth_deg) % 90 == 0;
    if (!told) continue;
    result_.likeness.push_back(
        mesh_likeness(result_.mesh, result_.colour, rig_camera(cameras_[i]), pictures_[i]));
  }
  if (!photo.rgba.empty()) {
    result_.photo = mesh_likeness(result_.mesh, result_.colour, photo.camera, photo.rgba);
  }
  pictures_.clear();
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/painters.h"

#include "core/session/snapshot.h"
#include "ui/theme.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace portrait {

void BackdropPainter::paint(const PaintTarget& target) {
  gl_->glDisable(GL_BLEND);
  set_common(program_, target);
  triangle_.draw(gl_);
}

void VolumePainter::set_views(const PaintTarget& target) {
  int count = 0;
  for (const ChosenView& one : chosen_) {
    const int layer = frames_.layer_of(*one.view);
    if (layer < 0) continue;
    const Camera& camera = one.view->camera;
    const Eigen::Matrix3d rotation = camera.world_from_camera.block<3, 3>(0, 0);
    const std::string name = "views[" + std::to_string(count++) + "].";
    const auto set = [&](const char* member, const auto& value) {
      program_.set((name + member).c_str(), value);
    };
    set("camera_from_world", glm::mat3(to_glm(Eigen::Vector3d(rotation.row(0).transpose())),
                                       to_glm(Eigen::Vector3d(rotation.row(1).transpose())),
                                       to_glm(Eigen::Vector3d(rotation.row(2).transpose()))));
    set("eye", to_glm(camera.position()));
    set("focal", glm::vec2(camera.focal_x, camera.focal_y));
    set("centre", glm::vec2(camera.centre_x, camera.centre_y));
    set("range", glm::vec2(one.view->near, one.view->far));
    set("layer", float(layer));
    set("weight", one.weight);
  }
  program_.set("view_count", count);
  program_.set("frames", 2);
  const double texels_a_pixel =
      chosen_.empty() ? 1 : chosen_.front().view->size / std::max(1.0, target.frame.width());
  const double level = std::round(std::log2(std::max(1.0, texels_a_pixel)));
  program_.set("frames_lod", float(std::min(level, ProjectedFrames::kLevels - 1.0)));
  if (count > 0) bind(gl_, 2, GL_TEXTURE_2D_ARRAY, frames_.texture());
}

void VolumePainter::paint(const PaintTarget& target, const ViewportScene& scene,
                          float step_voxels) {
  if (!texture_.ready()) return;
  const BakedVolume& volume = texture_.geometry();
  const Camera& camera = scene.camera;
  const Eigen::Matrix3d rotation = camera.world_from_camera.block<3, 3>(0, 0);
  const DepthRange range = depth_range_of(camera);
  set_common(program_, target);
  program_.set("volume", 0);
  program_.set("occupancy", 1);
  program_.set("box_low", to_glm(Eigen::Vector3f(volume.box.min())));
  program_.set("box_size", to_glm(Eigen::Vector3f(volume.box.sizes())));
  program_.set("samples", to_glm(Eigen::Vector3f(volume.samples.cast<float>())));
  program_.set("voxel", volume.voxel);
  program_.set("world_from_camera",
               glm::mat3(to_glm(Eigen::Vector3d(rotation.col(0))),
                         to_glm(Eigen::Vector3d(rotation.col(1))),
                         to_glm(Eigen::Vector3d(rotation.col(2)))));
  program_.set("eye", to_glm(camera.position()));
  program_.set("focal", glm::vec2(camera.focal_x, camera.focal_y));
  program_.set("centre", glm::vec2(camera.centre_x, camera.centre_y));
  program_.set("step_voxels", step_voxels);
  program_.set("mode", int(scene.mode));
  program_.set("depth_range", glm::vec2(range.near, range.far));
  program_.set("seen_colour", to_glm(theme().information));
  program_.set("invented_colour", to_glm(theme().accent));
  set_views(target);
  bind(gl_, 0, GL_TEXTURE_3D, texture_.texels());
  bind(gl_, 1, GL_TEXTURE_3D, texture_.occupancy());
  blend_premultiplied(gl_);
  triangle_.draw(gl_);
}

void LayerPainter::paint(const PaintTarget& target, GLuint texture) {
  set_common(program_, target);
  program_.set("layer", 0);
  bind(gl_, 0, GL_TEXTURE_2D, texture);
  blend_premultiplied(gl_);
  triangle_.draw(gl_);
}

void FramePainter::upload(const NeuralFrame& frame) {
  if (texture_ && frame.version == version_) return;
  texture_ = picture_texture(gl_, frame.rgba, nullptr);
  version_ = frame.version;
}

void FramePainter::paint(const PaintTarget& target, float opacity) {
  if (!texture_ || opacity <= 0) return;
  set_common(program_, target);
  program_.set("picture", 0);
  program_.set("opacity", opacity);
  program_.set("feather", 0.02F);
  bind(gl_, 0, GL_TEXTURE_2D, texture_.id());
  blend_straight(gl_);
  triangle_.draw(gl_);
}

DepthRange depth_range_of(const Camera& camera) {
  // 0.6 holds the head and its hair, and leaves the greys to them.
  const double distance = camera.position().norm();
  return {float(distance - 0.6), float(distance + 0.6)};
}

}  // namespace portrait

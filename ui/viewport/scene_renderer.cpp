// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/scene_renderer.h"

#include "core/session/snapshot.h"

#include <algorithm>
#include <cmath>

namespace portrait {

SceneRenderer::SceneRenderer(Gl* gl)
    : gl_(gl), backdrop_(gl), volume_(gl), layer_painter_(gl), frame_(gl), wipe_(gl) {}

bool SceneRenderer::upload(const ViewportScene& scene) {
  if (scene.frame != nullptr && scene.frame_opacity > 0) frame_.upload(*scene.frame);
  return volume_.upload(scene);
}

bool SceneRenderer::march_layer(const ViewportScene& scene, const PaintTarget& target,
                                const Quality& quality, const std::function<bool()>& go_on) {
  const LayerKey key{volume_.version(), scene.camera.world_from_camera, scene.camera.focal_x,
                     scene.frame_rect,  scene.size,                     scene.mode};
  if (key == layer_key_ && layer_scale_ >= quality.scale) return true;
  layer_key_ = key;
  layer_scale_ = 0;
  PaintTarget small = target;
  small.top_row_first = true;
  small.width = std::max(1, int(std::lround(float(target.width) * quality.scale)));
  small.height = std::max(1, int(std::lround(float(target.height) * quality.scale)));
  const double sx = double(small.width) / target.width;
  const double sy = double(small.height) / target.height;
  small.frame = {target.frame.x() * sx, target.frame.y() * sy, target.frame.width() * sx,
                 target.frame.height() * sy};
  layer_.bind(gl_, small.width, small.height);
  gl_->glClearColor(0, 0, 0, 0);
  gl_->glClear(GL_COLOR_BUFFER_BIT);
  gl_->glEnable(GL_SCISSOR_TEST);
  bool complete = true;
  for (int band = 0; band < quality.bands && complete; ++band) {
    const int top = small.height * band / quality.bands;
    const int bottom = small.height * (band + 1) / quality.bands;
    gl_->glScissor(0, top, small.width, bottom - top);
    volume_.paint(small, scene, quality.step_voxels);
    if (quality.bands > 1) {
      gl_->glFinish();
      complete = !go_on || go_on();
    }
  }
  gl_->glDisable(GL_SCISSOR_TEST);
  if (complete) layer_scale_ = quality.scale;
  return complete;
}

bool SceneRenderer::draw(const ViewportScene& scene, GLuint framebuffer, bool top_row_first,
                         const Quality& quality, const std::function<bool()>& go_on) {
  PaintTarget target{scene.size.width(), scene.size.height(), top_row_first, scene.frame_rect};
  gl_->glDisable(GL_DEPTH_TEST);
  gl_->glDisable(GL_CULL_FACE);
  gl_->glDisable(GL_SCISSOR_TEST);
  const bool direct = quality.scale >= 1 && quality.bands <= 1;
  const bool volume_shown = volume_.ready() && scene.volume != nullptr;
  if (volume_shown && !direct && !march_layer(scene, target, quality, go_on)) return false;

  gl_->glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
  gl_->glViewport(0, 0, target.width, target.height);
  backdrop_.paint(target);
  if (volume_shown) {
    if (direct) {
      volume_.paint(target, scene, quality.step_voxels);
    } else {
      layer_painter_.paint(target, layer_.texture());
    }
  }
  if (scene.frame != nullptr) frame_.paint(target, scene.frame_opacity);
  if (scene.wipe >= 0) wipe_.paint(target, scene.photo, scene.wipe, backdrop_);
  gl_->glDisable(GL_BLEND);
  gl_->glUseProgram(0);
  return true;
}

}  // namespace portrait

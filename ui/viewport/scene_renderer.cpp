// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/scene_renderer.h"

#include "core/session/snapshot.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// Of a mesh at rest, of the target's resolution: its average is free of stairs.
constexpr float kMeshScale = 2;

// The target at another resolution, its first row the top one.
PaintTarget scaled(const PaintTarget& target, float scale) {
  PaintTarget result = target;
  result.top_row_first = true;
  result.width = std::max(1, int(std::lround(float(target.width) * scale)));
  result.height = std::max(1, int(std::lround(float(target.height) * scale)));
  const double sx = double(result.width) / target.width;
  const double sy = double(result.height) / target.height;
  result.frame = {target.frame.x() * sx, target.frame.y() * sy, target.frame.width() * sx,
                  target.frame.height() * sy};
  return result;
}

}  // namespace

SceneRenderer::SceneRenderer(Gl* gl)
    : gl_(gl),
      backdrop_(gl),
      volume_(gl),
      layer_painter_(gl),
      frame_(gl),
      mesh_(gl),
      photo_(gl) {}

bool SceneRenderer::upload(const ViewportScene& scene) {
  if (scene.frame != nullptr && scene.frame_opacity > 0) frame_.upload(*scene.frame);
  const bool mesh = scene.mode == DisplayMode::kMesh || scene.mode == DisplayMode::kWireframe;
  if (mesh) mesh_.upload(scene.mesh);
  return volume_.upload(scene);
}

// Without a mesh the volume stands in for it.
bool SceneRenderer::shows_mesh(const ViewportScene& scene) const {
  const bool asked = scene.mode == DisplayMode::kMesh || scene.mode == DisplayMode::kWireframe;
  return asked && mesh_.ready() && mesh_.shown() == scene.mesh;
}

SceneRenderer::LayerKey SceneRenderer::key_of(const ViewportScene& scene) const {
  LayerKey key;
  key.world_from_camera = scene.camera.world_from_camera;
  key.focal = scene.camera.focal_x;
  key.frame = scene.frame_rect;
  key.size = scene.size;
  key.mode = scene.mode;
  if (shows_mesh(scene)) {
    key.mesh = scene.mesh;
  } else {
    key.version = volume_.version();
    key.views = volume_.chosen();
  }
  return key;
}

float SceneRenderer::ready_scale(const ViewportScene& scene) const {
  return key_of(scene) == layer_key_ ? layer_scale_ : 0.0F;
}

bool SceneRenderer::march_layer(const ViewportScene& scene, const PaintTarget& target,
                                const Quality& quality, const std::function<bool()>& go_on) {
  const PaintTarget small = scaled(target, quality.scale);
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
  return complete;
}

void SceneRenderer::draw_mesh_layer(const ViewportScene& scene, const PaintTarget& target,
                                    float scale) {
  const PaintTarget large = scaled(target, scale);
  mesh_layer_.bind(gl_, large.width, large.height, true);
  gl_->glClearColor(0, 0, 0, 0);
  gl_->glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
  mesh_.paint(large, scene, std::max(1.0F, scale));
}

bool SceneRenderer::draw(const ViewportScene& scene, GLuint framebuffer, bool top_row_first,
                         const Quality& quality, const std::function<bool()>& go_on) {
  PaintTarget target{scene.size.width(), scene.size.height(), top_row_first, scene.frame_rect};
  gl_->glDisable(GL_DEPTH_TEST);
  gl_->glDisable(GL_CULL_FACE);
  gl_->glDisable(GL_SCISSOR_TEST);
  const bool mesh = shows_mesh(scene);
  const bool direct = !mesh && quality.scale >= 1 && quality.bands <= 1;
  const bool volume_shown = volume_.ready() && scene.volume != nullptr;
  const bool head_shown = mesh || volume_shown;
  if (head_shown && !direct) {
    const LayerKey key = key_of(scene);
    const float wanted = mesh && !scene.moving ? kMeshScale : quality.scale;
    if (key != layer_key_ || layer_scale_ < wanted) {
      layer_key_ = key;
      layer_scale_ = 0;
      if (mesh) {
        draw_mesh_layer(scene, target, wanted);
      } else if (!march_layer(scene, target, quality, go_on)) {
        return false;
      }
      layer_scale_ = wanted;
    }
  }

  gl_->glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
  gl_->glViewport(0, 0, target.width, target.height);
  backdrop_.paint(target);
  if (head_shown) {
    if (direct) {
      volume_.paint(target, scene, quality.step_voxels);
    } else {
      layer_painter_.paint(target, mesh ? mesh_layer_.texture() : layer_.texture());
    }
  }
  if (scene.frame != nullptr) frame_.paint(target, scene.frame_opacity);
  photo_.paint(target, scene, backdrop_);
  gl_->glDisable(GL_BLEND);
  gl_->glUseProgram(0);
  return true;
}

}  // namespace portrait

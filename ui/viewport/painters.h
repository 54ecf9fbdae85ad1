// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "ui/viewport/gl_objects.h"
#include "ui/viewport/paint_tools.h"
#include "ui/viewport/projected_frames.h"
#include "ui/viewport/scene.h"
#include "ui/viewport/volume_texture.h"

namespace portrait {

// Each painter draws one thing and owns what it needs for it. All are used from the thread whose
// context is current.

class BackdropPainter {
 public:
  explicit BackdropPainter(Gl* gl) : gl_(gl), program_(gl, "fullscreen", "backdrop") {}
  void paint(const PaintTarget& target);

 private:
  Gl* gl_;
  ShaderProgram program_;
  FullscreenTriangle triangle_;
};

// Ray-marches the baked volume, with neural frames projected onto it, premultiplied, over what is
// there.
class VolumePainter {
 public:
  explicit VolumePainter(Gl* gl) : gl_(gl), program_(gl, "fullscreen", "volume") {}
  // True: the upload needs more calls.
  bool upload(const ViewportScene& scene) {
    const bool more = texture_.upload(gl_, scene.volume, scene.volume_version);
    chosen_ = views_of(scene);
    return frames_.upload(gl_, chosen_) || more;
  }
  // Those that the next picture is made with.
  const std::vector<ChosenView>& chosen() const { return chosen_; }
  bool ready() const { return texture_.ready(); }
  std::uint64_t version() const { return texture_.version(); }
  void paint(const PaintTarget& target, const ViewportScene& scene, float step_voxels);

 private:
  void set_views(const PaintTarget& target);

  Gl* gl_;
  ShaderProgram program_;
  VolumeTexture texture_;
  ProjectedFrames frames_;
  std::vector<ChosenView> chosen_;
  FullscreenTriangle triangle_;
};

// Lays a picture drawn at another resolution over the target.
class LayerPainter {
 public:
  explicit LayerPainter(Gl* gl) : gl_(gl), program_(gl, "fullscreen", "layer") {}
  void paint(const PaintTarget& target, GLuint texture);

 private:
  Gl* gl_;
  ShaderProgram program_;
  FullscreenTriangle triangle_;
};

// A picture on the camera's square: uploads it when its version changes.
class FramePainter {
 public:
  explicit FramePainter(Gl* gl) : gl_(gl), program_(gl, "fullscreen", "frame") {}
  void upload(const NeuralFrame& frame);
  void paint(const PaintTarget& target, float opacity);

 private:
  Gl* gl_;
  ShaderProgram program_;
  GlTexture texture_;
  std::uint64_t version_ = 0;
  FullscreenTriangle triangle_;
};

}  // namespace portrait

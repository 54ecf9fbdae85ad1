// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/viewport/painters.h"

namespace portrait {

// The photo's crop, cut out by its matte, against what is drawn there already: left of a divider,
// over it as onion skin, or what differs.
class PhotoPainter {
 public:
  explicit PhotoPainter(Gl* gl)
      : gl_(gl), frame_(gl, "fullscreen", "frame"), difference_(gl, "fullscreen", "difference") {}
  // The target is the framebuffer that is bound.
  void paint(const PaintTarget& target, const ViewportScene& scene, BackdropPainter& backdrop);

 private:
  void paint_photo(const PaintTarget& target, float opacity);
  void paint_difference(const PaintTarget& target, float gain);

  Gl* gl_;
  ShaderProgram frame_;
  ShaderProgram difference_;
  GlTexture photo_;
  std::shared_ptr<const PhotoInfo> shown_;
  GlTexture beneath_;  // a copy of the target
  int width_ = 0;
  int height_ = 0;
  FullscreenTriangle triangle_;
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/view_mesh.h"
#include "ui/viewport/paint_tools.h"
#include "ui/viewport/scene.h"

#include <memory>

namespace portrait {

// Draws the head's surface as a mesh under studio light, or its edges. The bound framebuffer needs
// a depth buffer and has its top row first.
class MeshPainter {
 public:
  explicit MeshPainter(Gl* gl) : gl_(gl), program_(gl, "mesh", "mesh") {}
  void upload(const std::shared_ptr<const ViewMesh>& mesh);
  bool ready() const { return count_ > 0; }
  // Of what stands on the card.
  const std::shared_ptr<const ViewMesh>& shown() const { return shown_; }
  // line_width: of edges, in the target's pixels.
  void paint(const PaintTarget& target, const ViewportScene& scene, float line_width);

 private:
  Gl* gl_;
  ShaderProgram program_;
  GlBuffer vertices_;
  GlVertexArray array_;
  GLsizei count_ = 0;
  std::shared_ptr<const ViewMesh> shown_;
};

}  // namespace portrait

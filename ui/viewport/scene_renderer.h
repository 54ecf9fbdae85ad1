// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/viewport/mesh_painter.h"
#include "ui/viewport/painters.h"
#include "ui/viewport/photo_painter.h"

#include <functional>

namespace portrait {

// Draws a scene with the painters, in order: backdrop, volume or mesh, neural frame, photo. One per
// context; made, used and destroyed while it is current.
class SceneRenderer {
 public:
  struct Quality {
    float scale = 1;        // resolution of the march, of the target's
    float step_voxels = 0.75F;
    int bands = 1;          // > 1: the march is cut in bands; see `go_on`
  };

  explicit SceneRenderer(Gl* gl);

  // One step's worth of upload. True: more remains.
  bool upload(const ViewportScene& scene);

  // Draws into the framebuffer. go_on is asked between bands, each finished before the next: once
  // it says no, the rest is left out and draw returns false.
  bool draw(const ViewportScene& scene, GLuint framebuffer, bool top_row_first,
            const Quality& quality, const std::function<bool()>& go_on = {});

  // The resolution at which what is marched for this scene stands ready, so that it can be drawn
  // without a march; 0: it does not.
  float ready_scale(const ViewportScene& scene) const;

 private:
  // What the marched layer shows: while it stays the same, fades and the wipe redraw without a
  // march.
  struct LayerKey {
    std::uint64_t version = 0;
    std::vector<ChosenView> views;
    std::shared_ptr<const ViewMesh> mesh;
    Eigen::Matrix4d world_from_camera = Eigen::Matrix4d::Zero();
    double focal = 0;
    QRectF frame;
    QSize size;
    DisplayMode mode = DisplayMode::kColour;
    bool operator==(const LayerKey&) const = default;
  };
  LayerKey key_of(const ViewportScene& scene) const;
  bool shows_mesh(const ViewportScene& scene) const;
  void draw_mesh_layer(const ViewportScene& scene, const PaintTarget& target, float scale);
  bool march_layer(const ViewportScene& scene, const PaintTarget& target, const Quality& quality,
                   const std::function<bool()>& go_on);

  Gl* gl_;
  BackdropPainter backdrop_;
  VolumePainter volume_;
  LayerPainter layer_painter_;
  FramePainter frame_;
  MeshPainter mesh_;
  PhotoPainter photo_;
  RenderTarget layer_;
  RenderTarget mesh_layer_;
  LayerKey layer_key_;
  float layer_scale_ = 0;  // 0: the layer is not whole
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/field/occupancy.h"
#include "core/nn/torch.h"
#include "core/reprojection/driving_view.h"

namespace portrait {

// A field as the refinement sees it from one camera: what is drawn, and what is lifted (8) and told
// to the diffusion model (11). Pictures are 4 * width pixels where the field has a
// super-resolution, else width; maps are width pixels.
struct ViewRender {
  Camera camera;
  Tensor rgb;      // [3,S,S], about [0,1], not clamped, over the background: I^R
  Tensor depth;    // [W,W], distance along the unit ray
  Tensor opacity;  // [W,W]
  Tensor normals;  // [3,W,W] world, of unit length times opacity; undefined if not wanted

  // For the reprojection of this view's pictures; `segmentation` [W,W]: 1 = head, or undefined.
  DrivingView driving(const Tensor& segmentation = {}) const;
  // N^R: [3,S,S] in [0,1], (n + 1) / 2 in the camera's axes (x right, y down, z forward) and turned
  // to it, fading to 0.5 with the opacity.
  Tensor normal_picture() const;
};

struct ViewRenderOptions {
  int width = 128;  // rays along a side
  int coarse = 48;
  int fine = 48;
  float background = 0.5F;
  const OccupancyGrid* occupancy = nullptr;  // of that field, or none
  bool want_normals = true;
};

// Without gradients.
ViewRender render_view(const Field& field, const Camera& camera, const ViewRenderOptions& options);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/field/occupancy.h"
#include "core/field/render_pair.h"
#include "core/guidance/gradient_consistency.h"
#include "core/nn/torch.h"
#include "core/reprojection/driving_view.h"
#include "core/reprojection/surface_detail.h"

#include <array>
#include <memory>
#include <optional>

namespace portrait {

struct ViewGraphOptions {
  int width = 128;  // rays along a side
  int coarse = 48;
  int fine = 48;
  float background = 0.5F;
  const OccupancyGrid* occupancy = nullptr;  // of that field, or of a few steps ago
  std::optional<RandomKey> jitter_key;       // where in its stratum a sample lies
  std::int64_t unskipped_from = 0;           // RenderOptions'
};

// What a loss says of a view's picture; an undefined tensor says nothing.
struct PictureGradient {
  Tensor rgb;      // [3,S,S]
  Tensor low;      // [3,W,W], of the renderer's own RGB
  Tensor opacity{};  // [W,W]
  Tensor depth{};    // [W,W]
};

// One view of the head under optimisation, rendered once, through renderer and super-resolution,
// with what it takes to pull gradients of its picture back to Psi = {T, psi_dec, psi_SR}: the BP of
// (14) and (15). Valid while the field's parameters are those it was rendered with; they require
// gradients (a field without super-resolution has none of its own).
class ViewGraph {
 public:
  ViewGraph(const Field& field, const Camera& camera, const ViewGraphOptions& options);

  // All without gradient. S = 4 W with a super-resolution, else W.
  const Tensor& rgb() const { return rgb_; }          // [3,S,S], about [0,1], not clamped: I^R
  const Tensor& smooth() const { return smooth_; }  // the same without fine colours of the surface
  const Tensor& low() const { return low_; }          // [3,W,W]
  const Tensor& depth() const { return depth_; }      // [W,W], distance along the unit ray
  const Tensor& opacity() const { return opacity_; }  // [W,W]
  // [3,W,W], world, of unit length times opacity: at the depth of each ray, from the density there.
  Tensor normals() const;
  const Camera& camera() const { return camera_; }
  // Which of the field's fine colours rgb() shows; null where it has none. They are constants to
  // pull().
  const std::shared_ptr<const SurfaceTexels>& surface_texels() const { return surface_texels_; }
  // For the reprojection of this view's pictures.
  DrivingView surface() const { return {camera_, depth_, opacity_, {}, normals()}; }

  // In the order of Field::parameters().
  GradientList pull(const PictureGradient& gradient) const;
  // Two, kept apart, of the one graph.
  std::array<GradientList, 2> pull_pair(const PictureGradient& a, const PictureGradient& b) const;

 private:
  struct Pulled {
    ImageGradient image;
    GradientList sr;
  };
  Pulled through_super_resolution(const PictureGradient& gradient) const;

  Field field_;  // shares the tensors
  Camera camera_;
  SavedRender saved_;
  Tensor features_;  // [1,32,W,W], a leaf
  Tensor neural_;    // [1,3,S,S] with its graph; undefined without super-resolution
  std::shared_ptr<const SurfaceTexels> surface_texels_;
  Tensor rgb_, smooth_, low_, depth_, opacity_;
};

}  // namespace portrait

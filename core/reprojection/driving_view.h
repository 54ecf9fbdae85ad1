// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/nn/torch.h"

namespace portrait {

// A view whose picture is carried into others: v_i of equations (8), (10) and (13). Its maps have
// one resolution, [H,W] float on one device, pixel centres at (i + 0.5) / size.
struct DrivingView {
  Camera camera;
  // Distance along the unit ray (RenderedImage), so that a point is origin + depth * direction.
  // What is not finite or not above 0 is no surface.
  Tensor depth;
  Tensor opacity;       // [0,1]; undefined: 1 everywhere
  Tensor segmentation;  // S: 1 = the head, 0 = anything else; undefined: 1 everywhere
  // [3,H,W] world, pointing out of matter, of any length; where it is zero, the surface is taken to
  // face the camera. Undefined: found from differences of the depth.
  Tensor normals;

  int width() const { return static_cast<int>(depth.size(1)); }
  int height() const { return static_cast<int>(depth.size(0)); }
};

// Throws kInternal naming the map whose shape, type or device does not fit the depth's.
void check_view(const DrivingView& view);

// The view at another resolution: what is lifted of a latent or of the features at layer l (10), or
// of a picture that is finer than the depth (8).
// A cell of the new grid takes over the pixels whose centres fall in it (where it is finer: the one
// its centre falls in). Of those with opacity >= min_opacity and S >= 0.5 it takes the lower median
// of the depths, as measured along their own rays, with the normal of that pixel; it is lifted when
// they are at least half of the cell: then its opacity and S are 1, else 0 and its depth infinite.
// On a grid that is finer both ways, depth and normal are then interpolated between the pixels round
// the cell's centre that are lifted and of one surface with that pixel (apart by at most 4 sizes of
// a pixel, at the nearer one's depth, for each pixel of their distance): a slope becomes no stairs,
// which would come apart in another view. Elsewhere nothing is averaged, and nowhere between two
// surfaces. Deterministic for any number of threads; carries no gradient. Throws as check_view(),
// kBadUsage when width or height is below 1.
DrivingView resample_view(const DrivingView& view, int width, int height, double min_opacity = 0.5);

}  // namespace portrait

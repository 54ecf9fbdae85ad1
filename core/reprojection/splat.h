// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/reprojection/driving_view.h"

namespace portrait {

// The operator R_P of equations (8), (10) and (13): the pixels of a driving view are lifted to
// points by its rendered depth and fall into a target view, the nearest to each pixel wins. Where
// they fall depends on geometry alone. It is found once per pair of views, by make_splat(), and
// carries any number of maps across: colours, masks and features by carry.h, noise by
// splat_noise.h.
struct SplatOptions {
  // Pixels below are not lifted.
  double min_opacity = 0.5;
  // Largest angle between the surface's normal and the ray back to the driving camera, (0, 90]. A
  // surface seen at a more grazing angle would be stretched over many target pixels.
  double max_angle_deg = 75;
  // Largest change of depth (along the camera's axis) between two pixels side by side, both lifted,
  // in sizes of a pixel at the nearer one's depth: at 4, two points of one surface lie under 76
  // degrees to the picture. Across a larger one neither is lifted: a renderer's depth is mixed
  // there. Also what target depths may differ by to be of one surface.
  double max_step_px = 4;
  // Off: none of the passes that SplatMap tells of.
  bool close_holes = true;
};

// Which pixel of the driving view shows in which of the target. Each pixel of the driving view is
// one point and falls into one target pixel, so it wins at most one, however much the target
// magnifies; what magnification tears open are holes.
//
// Four passes follow, in which two depths are of one surface when they differ by at most
// max_step_px pixels of the target.
// 1. A winner that shines through a tear is dropped: along its row, its column or a diagonal there
//    are winners on both sides, at most 3 pixels apart, that touch in the driving view (by side or
//    corner) and are of one surface, and it lies farther than both and not of it.
// 2. Holes along rows are closed: one or two void pixels between two winners of one surface. One
//    takes the mean of these two ends; of two, each 2/3 of the end beside it and 1/3 of the other.
// 3. Then holes along columns, where pixels closed by pass 2 serve as ends too.
// 4. Then once more along rows: where the points of a row of the driving view change over from one
//    row of the target to the next, the passes before leave a seam.
// So a hole closes when it is at most 2 px wide along a row or a column. Nothing is closed but
// between two ends on a line: the mask never grows outwards, nor from one surface to another, nor
// into a wider void.
struct SplatMap {
  Tensor source;   // [h,w] int32: y * W + x of the driving view's pixel that won; -1: none
  Tensor depth;    // [h,w] float: distance from the target's centre; of closed holes as their
                   // values; infinite: void
  Tensor closing;  // [h,w] uint8: 0, or how a hole was closed (kernels/closing.h)
  int source_width = 0;
  int source_height = 0;

  int width() const { return static_cast<int>(source.size(1)); }
  int height() const { return static_cast<int>(source.size(0)); }
  // S_proj [1,h,w] float, the reprojection of S: 1 where a point shows or a hole was closed. The
  // void mask M is 1 - S_proj.
  Tensor known() const;
  // [1,h,w] float: 1 where a point won, closed holes excluded.
  Tensor won() const;
};

// A target picture of width x height pixels. The map lies on the view's device; it is found on the
// processor. The same for any number of threads: of points that fall into one pixel the one with
// the least distance, rounded to float, wins, and of equal ones the first in the driving view.
// Points behind the target's camera or outside its picture are dropped, and so are those of surfaces
// that the target sees from behind: they would shine through where nothing nearer was lifted. One
// on the border of two pixels belongs to the right or lower one. Throws as check_view(); kBadUsage
// on sizes below 1 or above 16384 and on options outside their domain.
SplatMap make_splat(const DrivingView& view, const Camera& target, int width, int height,
                    const SplatOptions& options = {});
// The same in plain loops on one thread, straight from the cameras: what make_splat() is tested
// against.
SplatMap make_splat_reference(const DrivingView& view, const Camera& target, int width, int height,
                              const SplatOptions& options = {});

}  // namespace portrait

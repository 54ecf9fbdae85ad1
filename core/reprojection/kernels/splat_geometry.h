// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace portrait {

// A pair of views as plain numbers, for kernels on either device. Everything that decides where a
// point lands is in double: a picture of 512 pixels has points so near to a border between two of
// them that float would put them on different sides on different machines.
struct SplatGeometry {
  int source_width = 0;
  int source_height = 0;
  int target_width = 0;
  int target_height = 0;
  // A source pixel looks along (ax, ay, 1): ax = (x + 0.5 - centre) / focal, in pixels; ay alike.
  double focal_x_px = 1;
  double focal_y_px = 1;
  double centre_x_px = 0;
  double centre_y_px = 0;
  double world_from_source[9] = {};  // rotation, row by row
  // The point at depth z along the source's axis, seen from the target: offset + z * turn * (ax,
  // ay, 1).
  double turn[9] = {};  // row by row
  double offset[3] = {};
  double target_in_source[3] = {};    // the target's centre in the source's axes
  double target_from_source[3] = {};  // the same step in the world's
  // Target position in pixels: focal * X / Z + centre.
  double target_focal_x_px = 1;
  double target_focal_y_px = 1;
  double target_centre_x_px = 0;
  double target_centre_y_px = 0;
  // What is lifted (SplatOptions of splat.h).
  float min_opacity = 0;
  double min_cos_squared = 0;
  double max_step_px = 0;
  // Target depths that differ by no more than this factor are of one surface; above 1.
  float same_surface = 1;
};

// The maps of the driving view, each [H,W] row by row; all but `depth` may be null.
struct LiftedMaps {
  const float* depth = nullptr;  // distance along the ray
  const float* opacity = nullptr;
  const float* segmentation = nullptr;
  const float* normals = nullptr;  // [3,H,W], world
};

// Where the winners go; each [h,w] of the target.
struct SplatPlanes {
  std::int32_t* source = nullptr;   // pixel of the driving view, y * W + x; -1: void
  float* depth = nullptr;           // distance from the target's centre; infinite: void
  std::uint8_t* closing = nullptr;  // how a hole was closed (closing.h); 0: it was none
};

// A point that competes for a target pixel is the number (depth, source pixel): the least wins.
// Depths are positive, so their bits order as they do, and equal depths fall to the lower index.
// The least of a set does not depend on the order of looking, so neither threads nor the CUDA
// kernels' atomics change a winner.
using SplatKey = unsigned long long;
// Above every point's, since no depth has these bits; the index is that of no pixel, -1.
inline constexpr SplatKey kNoPoint = 0x7FFFFFFFFFFFFFFF;
inline constexpr std::int32_t kVoidBits = 0x7F800000;  // of an infinite float

}  // namespace portrait

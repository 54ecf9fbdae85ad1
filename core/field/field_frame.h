// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace portrait {

// Channels of a plane, of a look-up, and of a rendered feature image (first three are RGB).
inline constexpr int kFieldChannels = 32;

// The two world axes (0 = x, 1 = y, 2 = z) along a plane's width and height; the third is its
// normal, along which depth slices are stacked.
struct PlaneAxes {
  int width_axis;
  int height_axis;
  constexpr int normal_axis() const { return 3 - width_axis - height_axis; }
};

// How the planes of a field lie in the world. Stated per pack: EG3D and Portrait4D differ from
// our own packs in plane axes and box size.
struct FieldFrame {
  // The planes span the cube [-half_extent, half_extent]^3 ("box_warp" / 2).
  double half_extent = 0.5;
  std::array<PlaneAxes, 3> planes = {{{0, 1}, {1, 2}, {2, 0}}};
  // D: 1 is the paper's tri-plane, more is a tri-grid (PanoHead, CVPR 2023).
  int depth_slices = 1;

  static constexpr FieldFrame own(int depth_slices = 1) {
    FieldFrame frame;
    frame.depth_slices = depth_slices;
    return frame;
  }
  // EG3D (CVPR 2022) as published: its second and third plane are transposes of one another.
  static constexpr FieldFrame eg3d() {
    FieldFrame frame;
    frame.planes = {{{0, 1}, {0, 2}, {2, 0}}};
    return frame;
  }
};

}  // namespace portrait

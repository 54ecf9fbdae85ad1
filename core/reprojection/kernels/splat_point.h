// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/host_device.h"
#include "core/reprojection/kernels/splat_geometry.h"

#include <cmath>
#include <cstring>

namespace portrait {

// The arithmetic of one point, one operation at a time. The vector kernels follow it step by step.

// Points on the border of two target pixels belong to the right and lower one, whatever the
// rounding: borders are common, for example where one view is twice as fine as the other.
inline constexpr double kBorderShift = 1.0 / (1 << 20);
// Depths beyond are no surface; distances stay finite floats.
inline constexpr float kFarthestDepth = 1e30F;

PORTRAIT_HOST_DEVICE inline double slope_x(const SplatGeometry& g, int x) {
  return (x + 0.5 - g.centre_x_px) / g.focal_x_px;
}
PORTRAIT_HOST_DEVICE inline double slope_y(const SplatGeometry& g, int y) {
  return (y + 0.5 - g.centre_y_px) / g.focal_y_px;
}

// Depth along the source's axis of pixel (x, y), which must be inside the image; 0 when it is not
// to be lifted. What is not a number fails every comparison.
PORTRAIT_HOST_DEVICE inline double axis_depth(const SplatGeometry& g, const LiftedMaps& maps, int x,
                                              int y, double ax, double ay) {
  const std::int64_t at = std::int64_t(y) * g.source_width + x;
  const float depth = maps.depth[at];
  if (!(depth > 0 && depth <= kFarthestDepth)) return 0;
  if (maps.opacity && !(maps.opacity[at] >= g.min_opacity)) return 0;
  if (maps.segmentation && !(maps.segmentation[at] >= 0.5F)) return 0;
  return depth / std::sqrt(ax * ax + ay * ay + 1);
}

// Axis depths of a pixel and its four neighbours; 0: not lifted, says nothing.
struct DepthCross {
  double here;
  double left;
  double right;
  double up;
  double down;
};

// Whether a neighbour's depth breaks off, in sizes of a pixel at the nearer of the two.
PORTRAIT_HOST_DEVICE inline bool steps(double here, double there, double focal_px, double max_px) {
  const double nearer = there < here ? there : here;
  return there > 0 && std::abs(here - there) * focal_px > max_px * nearer;
}

// Change of depth from one pixel to the next: half the difference of the neighbours, or the
// difference to the one that is there, or none.
PORTRAIT_HOST_DEVICE inline double depth_slope(double before, double here, double after) {
  const double low = before > 0 ? before : here;
  const double high = after > 0 ? after : here;
  return (high - low) * (before > 0 && after > 0 ? 0.5 : 1.0);
}

// Whether the surface faces both cameras: its angle to the source's ray is below the largest
// allowed, and the target does not look at it from behind.
PORTRAIT_HOST_DEVICE inline bool faces_by_depth(const SplatGeometry& g, const DepthCross& z,
                                                double ax, double ay) {
  // The normal of z(x, y) * (ax, ay, 1) is (-gx, -gy, z + gx ax + gy ay), and its product with
  // (ax, ay, 1) is z.
  const double gx = depth_slope(z.left, z.here, z.right) * g.focal_x_px;
  const double gy = depth_slope(z.up, z.here, z.down) * g.focal_y_px;
  const double nz = z.here + gx * ax + gy * ay;
  const double lengths = (gx * gx + gy * gy + nz * nz) * (ax * ax + ay * ay + 1);
  // Its product with the point is z squared; the target is on the source's side of the surface
  // where its product with the target's centre is less.
  const double* c = g.target_in_source;
  const double behind = nz * c[2] - (gx * c[0] + gy * c[1]);
  const double square = z.here * z.here;
  return square >= g.min_cos_squared * lengths && square >= behind;
}

PORTRAIT_HOST_DEVICE inline bool faces_by_normal(const SplatGeometry& g, double z, double nx,
                                                 double ny, double nz, double ax, double ay) {
  const double* r = g.world_from_source;
  const double dx = r[0] * ax + r[1] * ay + r[2];
  const double dy = r[3] * ax + r[4] * ay + r[5];
  const double dz = r[6] * ax + r[7] * ay + r[8];
  const double along = nx * dx + ny * dy + nz * dz;
  const double lengths = (nx * nx + ny * ny + nz * nz) * (ax * ax + ay * ay + 1);
  const double* b = g.target_from_source;
  const double towards_target = nx * b[0] + ny * b[1] + nz * b[2];
  return along <= 0 && along * along >= g.min_cos_squared * lengths && towards_target >= z * along;
}

PORTRAIT_HOST_DEVICE inline bool keeps_point(const SplatGeometry& g, const LiftedMaps& maps,
                                             const DepthCross& z, int x, int y, double ax,
                                             double ay) {
  if (!(z.here > 0)) return false;
  if (steps(z.here, z.left, g.focal_x_px, g.max_step_px) ||
      steps(z.here, z.right, g.focal_x_px, g.max_step_px) ||
      steps(z.here, z.up, g.focal_y_px, g.max_step_px) ||
      steps(z.here, z.down, g.focal_y_px, g.max_step_px)) {
    return false;
  }
  if (!maps.normals) return faces_by_depth(g, z, ax, ay);
  const std::int64_t plane = std::int64_t(g.source_width) * g.source_height;
  const float* n = maps.normals + std::int64_t(y) * g.source_width + x;
  return faces_by_normal(g, z.here, n[0], n[plane], n[2 * plane], ax, ay);
}

// Where the point at axis depth z falls; pixel < 0: behind the target or outside its picture.
struct Landing {
  std::int32_t pixel;
  float depth;
};
PORTRAIT_HOST_DEVICE inline Landing land(const SplatGeometry& g, double z, double ax, double ay) {
  const double* t = g.turn;
  const double px = z * (t[0] * ax + (t[1] * ay + t[2])) + g.offset[0];
  const double py = z * (t[3] * ax + (t[4] * ay + t[5])) + g.offset[1];
  const double pz = z * (t[6] * ax + (t[7] * ay + t[8])) + g.offset[2];
  const double inverse = 1 / pz;
  const double u = px * inverse * g.target_focal_x_px + (g.target_centre_x_px + kBorderShift);
  const double v = py * inverse * g.target_focal_y_px + (g.target_centre_y_px + kBorderShift);
  if (!(pz > 0 && u >= 0 && u < g.target_width && v >= 0 && v < g.target_height)) return {-1, 0};
  const std::int32_t pixel =
      static_cast<std::int32_t>(v) * g.target_width + static_cast<std::int32_t>(u);
  return {pixel, static_cast<float>(std::sqrt(px * px + py * py + pz * pz))};
}

PORTRAIT_HOST_DEVICE inline SplatKey splat_key(float depth, std::int32_t source) {
  std::uint32_t bits;
  std::memcpy(&bits, &depth, sizeof bits);
  return SplatKey{bits} << 32 | static_cast<std::uint32_t>(source);
}

// The two halves of a key; of none: -1 and infinite.
PORTRAIT_HOST_DEVICE inline std::int32_t key_source(SplatKey key) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(key));
}
PORTRAIT_HOST_DEVICE inline float key_depth(SplatKey key) {
  const auto high = static_cast<std::int32_t>(key >> 32);
  const std::int32_t bits = high < kVoidBits ? high : kVoidBits;
  float depth;
  std::memcpy(&depth, &bits, sizeof depth);
  return depth;
}

}  // namespace portrait

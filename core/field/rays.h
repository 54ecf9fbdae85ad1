// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/nn/torch.h"

namespace portrait {

// Rays as tensors, row-major over pixels; directions are unit vectors, so t is a distance.
struct Rays {
  Tensor origins;     // [N,3]
  Tensor directions;  // [N,3]

  std::int64_t count() const { return origins.size(0); }
  // Rays begin .. begin + length - 1, sharing storage.
  Rays slice(std::int64_t begin, std::int64_t length) const;
  Rays select(const Tensor& indices) const;  // indices [M] int64
};

// A rectangle of pixels: columns x .. x + width - 1, rows y .. y + height - 1.
struct PixelRect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

// Rays through the pixel centres (i + 0.5) / size of an image of width x height pixels.
Rays camera_rays(const Camera& camera, int width, int height,
                 const at::TensorOptions& options = at::kFloat);
// The same rays, those of a rectangle only (patches). Throws kInternal when it leaves the image.
Rays camera_rays(const Camera& camera, int width, int height, const PixelRect& rectangle,
                 const at::TensorOptions& options = at::kFloat);

// Part of each ray that may hold matter. Of a ray that misses, near and far mean nothing.
struct RayRanges {
  Tensor near;  // [N]
  Tensor far;   // [N]
  Tensor hit;   // [N] bool
};

// Intersection with the cube [-half_extent, half_extent]^3, in front of the origin.
RayRanges box_ranges(const Rays& rays, double half_extent);

// EG3D's rule for rays that miss: near = the smallest near of those that hit, far = the LARGEST
// NEAR of those that hit (as published). Nothing hits: both 0. `hit` is kept.
RayRanges fill_missing_ranges(const RayRanges& ranges);

}  // namespace portrait

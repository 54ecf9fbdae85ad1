// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/rays.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"

#include <limits>

namespace portrait {

Rays Rays::slice(std::int64_t begin, std::int64_t length) const {
  return {origins.narrow(0, begin, length), directions.narrow(0, begin, length)};
}

Rays Rays::select(const Tensor& indices) const {
  return {origins.index_select(0, indices), directions.index_select(0, indices)};
}

Rays camera_rays(const Camera& camera, int width, int height, const at::TensorOptions& options) {
  return camera_rays(camera, width, height, PixelRect{0, 0, width, height}, options);
}

Rays camera_rays(const Camera& camera, int width, int height, const PixelRect& rectangle,
                 const at::TensorOptions& options) {
  check(rectangle.x >= 0 && rectangle.y >= 0 && rectangle.width > 0 && rectangle.height > 0 &&
            rectangle.x + rectangle.width <= width && rectangle.y + rectangle.height <= height,
        ErrorCode::kInternal, "rectangle {}x{} at ({}, {}) does not lie in an image of {}x{}",
        rectangle.width, rectangle.height, rectangle.x, rectangle.y, width, height);
  const std::int64_t count = std::int64_t(rectangle.width) * rectangle.height;
  // Computed in double and rounded once, whatever the type asked for.
  const Tensor directions = at::empty({count, 3}, at::kDouble);
  double* out = directions.data_ptr<double>();
  for (int y = 0; y < rectangle.height; ++y) {
    for (int x = 0; x < rectangle.width; ++x) {
      const Ray ray = camera_ray(camera, (rectangle.x + x + 0.5) / width,
                                 (rectangle.y + y + 0.5) / height);
      for (int axis = 0; axis < 3; ++axis) *out++ = ray.direction[axis];
    }
  }
  const Eigen::Vector3d centre = camera.position();
  const Tensor origin = at::tensor({centre.x(), centre.y(), centre.z()}, at::kDouble);
  return {origin.to(options).expand({count, 3}).contiguous(), directions.to(options)};
}

RayRanges box_ranges(const Rays& rays, double half_extent) {
  check_shape(rays.origins, {-1, 3}, "ray origins");
  check_shape(rays.directions, {rays.count(), 3}, "ray directions");
  // Slabs; a zero component divides to +-infinity, which the minima and maxima take as it is. On
  // the slab's very border 0/0 would be NaN, hence the tiny stand-in.
  const Tensor safe = at::where(rays.directions == 0,
                                at::full({}, 1e-30, rays.directions.options()), rays.directions);
  const Tensor a = (rays.origins.neg() - half_extent) / safe;
  const Tensor b = (rays.origins.neg() + half_extent) / safe;
  const Tensor near = at::minimum(a, b).amax(1).clamp_min(0);
  const Tensor far = at::maximum(a, b).amin(1);
  return {near, far, near < far};
}

RayRanges fill_missing_ranges(const RayRanges& ranges) {
  if (!ranges.hit.any().item<bool>()) {
    return {at::zeros_like(ranges.near), at::zeros_like(ranges.far), ranges.hit};
  }
  const Tensor valid = ranges.near.masked_select(ranges.hit);
  return {at::where(ranges.hit, ranges.near, valid.min()),
          at::where(ranges.hit, ranges.far, valid.max()), ranges.hit};
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/prior/photo_lift.h"

#include "core/nn/check_shape.h"

#include <Eigen/LU>

namespace portrait {
namespace {

// Axes of the planes of our own packs: columns, rows, normal.
constexpr int kPlaneAxes[3][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}};

// World points of every texel: [3, D, R, R, 3].
Tensor texel_points(const Tensor& surface) {
  const std::int64_t resolution = surface.size(3);
  const Tensor centres =
      (at::arange(resolution, surface.options()) + 0.5) / double(resolution) - kFieldHalfExtent;
  Tensor points = at::empty({3, surface.size(1), resolution, resolution, 3}, surface.options());
  for (int plane = 0; plane < 3; ++plane) {
    const auto& [column, row, normal] = kPlaneAxes[plane];
    Tensor of_plane = points.select(0, plane);
    of_plane.select(3, column).copy_(centres.view({1, 1, resolution}));
    of_plane.select(3, row).copy_(centres.view({1, resolution, 1}));
    of_plane.select(3, normal).copy_(surface.select(0, plane));
  }
  return points;
}

}  // namespace

Tensor camera_tensor(const Camera& camera) {
  Tensor numbers = at::empty({16}, at::kFloat);
  float* out = numbers.data_ptr<float>();
  const Eigen::Matrix4d camera_from_world = camera.world_from_camera.inverse();
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 4; ++column) {
      *out++ = static_cast<float>(camera_from_world(row, column));
    }
  }
  for (double value : {camera.focal_x, camera.focal_y, camera.centre_x, camera.centre_y}) {
    *out++ = static_cast<float>(value);
  }
  return numbers;
}

Tensor lift_photo(const Tensor& photo, const Tensor& cameras, const Tensor& surface) {
  check_shape(photo, {-1, -1, -1, -1}, "photo");
  check_shape(cameras, {photo.size(0), 16}, "cameras");
  check_shape(surface, {3, -1, -1, -1}, "surface");
  const std::int64_t batch = photo.size(0);
  const std::int64_t slices = surface.size(1);
  const std::int64_t resolution = surface.size(2);

  const Tensor world = texel_points(surface).reshape({1, -1, 3});
  const Tensor pose = cameras.slice(1, 0, 12).reshape({batch, 3, 4});
  const Tensor rotation = pose.slice(2, 0, 3);
  const Tensor local = at::matmul(world, rotation.transpose(1, 2)) + pose.select(2, 3).unsqueeze(1);
  const Tensor depth = local.slice(2, 2, 3).clamp_min(1e-3);
  const Tensor lens = cameras.slice(1, 12, 16).unsqueeze(1);  // [B, 1, 4]
  const Tensor uv = local.slice(2, 0, 2) / depth * lens.slice(2, 0, 2) + lens.slice(2, 2, 4);
  const Tensor grid = (uv * 2 - 1).reshape({batch, 3 * slices * resolution, resolution, 2});
  const Tensor read = at::grid_sampler_2d(photo, grid, /*bilinear*/ 0, /*zeros*/ 0, false)
                          .reshape({batch, photo.size(1), 3, slices, resolution, resolution})
                          .permute({0, 2, 3, 1, 4, 5});

  // Direction to the camera at each texel, against the slice's outward normal: the first half of
  // the slices lies on the negative side of the plane.
  const Tensor centre = -at::matmul(rotation.transpose(1, 2), pose.slice(2, 3, 4)).transpose(1, 2);
  const Tensor towards = centre - world;
  const Tensor unit = (towards / towards.norm(2, {2}, true))
                          .reshape({batch, 3, slices, resolution, resolution, 3});
  Tensor facing = at::empty({batch, 3, slices, 1, resolution, resolution}, photo.options());
  for (int plane = 0; plane < 3; ++plane) {
    for (std::int64_t slice = 0; slice < slices; ++slice) {
      const double side = 2 * slice + 1 < slices ? -1 : 1;
      facing.select(1, plane).select(1, slice).squeeze(1).copy_(
          unit.select(1, plane).select(1, slice).select(3, kPlaneAxes[plane][2]) * side);
    }
  }
  return at::cat({read, facing}, 3);
}

}  // namespace portrait

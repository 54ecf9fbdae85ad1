// SPDX-License-Identifier: Apache-2.0
#include "core/prior/photo_lift.h"

#include "core/nn/check_shape.h"

#include <Eigen/LU>

namespace portrait {
namespace {

// Axes of the planes of our own packs: columns, rows, normal.
constexpr int kPlaneAxes[3][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}};

// Cosine to the camera from which on the photo is lifted whole; it fades out towards 0, where the
// surface turns away and the photo shows something else in front of it.
constexpr double kFullyVisible = 0.25;

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

// Outward normals of the surface that the slices describe, smoothed (beyond the head's outline it
// is an extrapolation, full of creases): [3, D, R, R, 3], of length one. The first half of the
// slices lies on the negative side of the plane.
Tensor surface_normals(const Tensor& surface) {
  const std::int64_t slices = surface.size(1);
  const std::int64_t resolution = surface.size(2);
  constexpr std::int64_t kWindow = 9;  // texels
  const auto pad = [](const Tensor& x, std::int64_t by) {
    return at::replication_pad2d(x, {by, by, by, by});
  };
  Tensor smooth = surface;
  for (int pass = 0; pass < 2; ++pass) {
    smooth = at::avg_pool2d(pad(smooth, kWindow / 2), {kWindow, kWindow}, {1, 1});
  }
  const Tensor padded = pad(smooth, 1);
  const auto difference = [&](std::int64_t dim) {  // central, world units per world unit
    const std::int64_t other = 5 - dim;
    const Tensor rows = padded.slice(other, 1, resolution + 1);
    return (rows.slice(dim, 2) - rows.slice(dim, 0, resolution)) * (double(resolution) / 2);
  };
  const Tensor by_column = difference(3);
  const Tensor by_row = difference(2);
  Tensor normals = at::empty({3, slices, resolution, resolution, 3}, surface.options());
  for (int plane = 0; plane < 3; ++plane) {
    const auto& [column, row, normal] = kPlaneAxes[plane];
    for (std::int64_t slice = 0; slice < slices; ++slice) {
      const double side = 2 * slice + 1 < slices ? -1 : 1;
      Tensor of_slice = normals.select(0, plane).select(0, slice);
      of_slice.select(2, column).copy_(by_column.select(0, plane).select(0, slice) * -side);
      of_slice.select(2, row).copy_(by_row.select(0, plane).select(0, slice) * -side);
      of_slice.select(2, normal).fill_(side);
    }
  }
  return normals / normals.norm(2, {4}, true);
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

Camera camera_of_tensor(const Tensor& numbers) {
  check_shape(numbers, {16}, "numbers");
  const Tensor n = numbers.to(at::kCPU, at::kDouble).contiguous();
  const double* p = n.data_ptr<double>();
  Eigen::Matrix4d camera_from_world = Eigen::Matrix4d::Identity();
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 4; ++column) camera_from_world(row, column) = *p++;
  }
  Camera camera;
  camera.world_from_camera = camera_from_world.inverse();
  camera.focal_x = p[0];
  camera.focal_y = p[1];
  camera.centre_x = p[2];
  camera.centre_y = p[3];
  return camera;
}

Tensor lift_photo(const Tensor& photo, const Tensor& cameras, const Tensor& surface,
                  const Tensor& behind) {
  check_shape(photo, {-1, -1, -1, -1}, "photo");
  check_shape(cameras, {photo.size(0), 16}, "cameras");
  check_shape(surface, {3, -1, -1, -1}, "surface");
  check_shape(behind, {photo.size(0), -1, photo.size(2), photo.size(3)}, "behind");
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
  const Tensor all = at::cat({photo, behind}, 1);
  const Tensor read = at::grid_sampler_2d(all, grid, /*bilinear*/ 0, /*zeros*/ 0, false)
                          .reshape({batch, all.size(1), 3, slices, resolution, resolution})
                          .permute({0, 2, 3, 1, 4, 5});

  const Tensor centre = -at::matmul(rotation.transpose(1, 2), pose.slice(2, 3, 4)).transpose(1, 2);
  const Tensor towards = centre - world;
  const Tensor facing =
      ((towards / towards.norm(2, {2}, true)) * surface_normals(surface).reshape({1, -1, 3}))
          .sum(2)
          .view({batch, 3, slices, 1, resolution, resolution});
  const Tensor visible = (facing * (1 / kFullyVisible)).clamp(0, 1);
  const std::int64_t seen = photo.size(1);
  return at::cat({read.slice(3, 0, seen) * visible, facing, read.slice(3, seen)}, 3);
}

}  // namespace portrait

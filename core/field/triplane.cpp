// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/triplane.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"

namespace portrait {
namespace {

constexpr std::int64_t kBilinear = 0;
constexpr std::int64_t kZeros = 0;

// LibTorch's 2-D sampler shares its work out by batch entry; three planes on two threads leave one
// of them idle half the time, so channels are cut in two groups that count as entries.
std::int64_t channel_groups(std::int64_t channels) { return channels % 16 == 0 ? 2 : 1; }

// grid [B,3,N,2] for the look-ups of all planes, and the position along each plane's normal.
struct PlaneCoordinates {
  Tensor grid;
  Tensor normal;  // [B,3,N], -1..1 inside the box
};

PlaneCoordinates plane_coordinates(const Tensor& points, const FieldFrame& frame) {
  const Tensor unit = points.div(frame.half_extent);
  std::vector<std::int64_t> order;
  std::vector<std::int64_t> normals;
  for (const PlaneAxes& plane : frame.planes) {
    order.push_back(plane.width_axis);
    order.push_back(plane.height_axis);
    normals.push_back(plane.normal_axis());
  }
  const auto options = at::TensorOptions(at::kLong);
  const auto pick = [&](const std::vector<std::int64_t>& axes) {
    return unit.index_select(2, at::tensor(axes, options).to(points.device()));
  };
  PlaneCoordinates result;
  result.grid = pick(order).view({points.size(0), points.size(1), 3, 2}).permute({0, 2, 1, 3});
  if (frame.depth_slices > 1) result.normal = pick(normals).permute({0, 2, 1});
  return result;
}

// planes [B,3,C,H,W], grid [B,3,N,2] -> [B,3,C,N].
Tensor look_up(const Tensor& planes, const Tensor& grid) {
  const std::int64_t batch = planes.size(0);
  const std::int64_t channels = planes.size(2);
  const std::int64_t count = grid.size(2);
  const std::int64_t groups = channel_groups(channels);
  const Tensor images = planes.reshape(
      {batch * 3 * groups, channels / groups, planes.size(3), planes.size(4)});
  const Tensor places = grid.unsqueeze(2)
                            .expand({batch, 3, groups, count, 2})
                            .reshape({batch * 3 * groups, 1, count, 2});
  return at::grid_sampler_2d(images, places, kBilinear, kZeros, /*align_corners=*/false)
      .view({batch, 3, channels, count});
}

}  // namespace

Tensor sample_planes(const Tensor& planes, const Tensor& points, const FieldFrame& frame) {
  check_shape(planes, {-1, 3, frame.depth_slices, -1, -1, -1}, "planes");
  check_shape(points, {planes.size(0), -1, 3}, "points");
  const PlaneCoordinates at = plane_coordinates(points, frame);
  const int depth = frame.depth_slices;
  if (depth == 1) {
    return look_up(planes.select(2, 0), at.grid).mean(1).transpose(1, 2);
  }
  // Half-pixel position along the normal, held to the first and last slice's centre.
  const Tensor position = at.normal.add(1).mul(0.5 * depth).sub(0.5).clamp(0, depth - 1);
  Tensor sum;
  if (depth == 2) {
    const Tensor first = look_up(planes.select(2, 0), at.grid);
    const Tensor second = look_up(planes.select(2, 1), at.grid);
    sum = at::lerp(first, second, position.unsqueeze(2)).mean(1);
  } else {
    for (int slice = 0; slice < depth; ++slice) {
      const Tensor weight = position.sub(slice).abs().neg().add(1).clamp_min(0);
      const Tensor part = look_up(planes.select(2, slice), at.grid)
                              .mul(weight.unsqueeze(2)).mean(1);
      sum = slice == 0 ? part : sum + part;
    }
  }
  return sum.transpose(1, 2);
}

}  // namespace portrait

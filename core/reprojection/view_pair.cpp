// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/reprojection/view_pair.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace portrait {
namespace {

constexpr int kLargestSide = 16384;  // pixel numbers stay below 2^31

void check_options(const SplatOptions& options) {
  check(options.max_angle_deg > 0 && options.max_angle_deg <= 90, ErrorCode::kBadUsage,
        "The largest angle of a splatted surface is {} degrees, expected above 0, at most 90",
        options.max_angle_deg);
  check(options.max_step_px > 0, ErrorCode::kBadUsage,
        "The largest depth step of a splatted surface is {} pixels, expected above 0",
        options.max_step_px);
}

void copy_rows(const Eigen::Matrix3d& matrix, double* to) {
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) to[3 * row + column] = matrix(row, column);
  }
}

}  // namespace

SplatGeometry pair_geometry(const DrivingView& view, const Camera& target, int width, int height,
                            const SplatOptions& options) {
  check_view(view);
  check_options(options);
  for (const int side : {view.width(), view.height(), width, height}) {
    check(side >= 1 && side <= kLargestSide, ErrorCode::kBadUsage,
          "A splat from {} x {} to {} x {} pixels: expected sides of 1 to {}", view.width(),
          view.height(), width, height, kLargestSide);
  }
  SplatGeometry g;
  g.source_width = view.width();
  g.source_height = view.height();
  g.target_width = width;
  g.target_height = height;
  g.focal_x_px = view.camera.focal_x * g.source_width;
  g.focal_y_px = view.camera.focal_y * g.source_height;
  g.centre_x_px = view.camera.centre_x * g.source_width;
  g.centre_y_px = view.camera.centre_y * g.source_height;
  g.target_focal_x_px = target.focal_x * width;
  g.target_focal_y_px = target.focal_y * height;
  g.target_centre_x_px = target.centre_x * width;
  g.target_centre_y_px = target.centre_y * height;
  const Eigen::Matrix3d world_from_source = view.camera.world_from_camera.block<3, 3>(0, 0);
  const Eigen::Matrix3d target_from_world = target.world_from_camera.block<3, 3>(0, 0).transpose();
  copy_rows(world_from_source, g.world_from_source);
  copy_rows(target_from_world * world_from_source, g.turn);
  const Eigen::Vector3d offset = target_from_world * (view.camera.position() - target.position());
  std::copy_n(offset.data(), 3, g.offset);
  const Eigen::Vector3d step = target.position() - view.camera.position();
  const Eigen::Vector3d centre = world_from_source.transpose() * step;
  std::copy_n(step.data(), 3, g.target_from_source);
  std::copy_n(centre.data(), 3, g.target_in_source);
  g.min_opacity = static_cast<float>(options.min_opacity);
  const double least_cos = std::cos(options.max_angle_deg * std::numbers::pi / 180);
  g.min_cos_squared = least_cos * least_cos;
  g.max_step_px = options.max_step_px;
  g.same_surface =
      options.close_holes
          ? static_cast<float>(1 + options.max_step_px /
                                       std::min(g.target_focal_x_px, g.target_focal_y_px))
          : std::numeric_limits<float>::infinity();  // nothing lies behind a surface then
  return g;
}

LiftedMaps lifted_maps(const DrivingView& view) {
  const auto floats = [](const Tensor& map) {
    return map.defined() ? map.data_ptr<float>() : nullptr;
  };
  return {floats(view.depth), floats(view.opacity), floats(view.segmentation),
          floats(view.normals)};
}

DrivingView on_processor(const DrivingView& view) {
  const auto here = [](const Tensor& map) {
    return map.defined() ? map.detach().to(at::kCPU).contiguous() : map;
  };
  return {view.camera, here(view.depth), here(view.opacity), here(view.segmentation),
          here(view.normals)};
}

}  // namespace portrait

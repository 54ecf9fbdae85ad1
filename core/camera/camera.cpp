// SPDX-License-Identifier: Apache-2.0
#include "core/camera/camera.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace portrait {
namespace {
constexpr double kRadians = std::numbers::pi / 180.0;
}

Camera rig_camera(const Viewpoint& viewpoint, const RigOptions& options) {
  const double azimuth = viewpoint.azimuth_deg * kRadians;
  const double elevation = viewpoint.elevation_deg * kRadians;
  const Eigen::Vector3d outward(std::sin(azimuth) * std::cos(elevation), std::sin(elevation),
                                std::cos(azimuth) * std::cos(elevation));
  const Eigen::Vector3d forward = -outward;
  // The right axis follows from the azimuth alone, so that it is defined at the poles too.
  Eigen::Vector3d right(std::cos(azimuth), 0, -std::sin(azimuth));
  Eigen::Vector3d down = forward.cross(right);
  if (options.roll_deg != 0) {
    const Eigen::AngleAxisd roll(options.roll_deg * kRadians, forward);
    right = roll * right;
    down = roll * down;
  }
  Camera camera;
  camera.world_from_camera.block<3, 1>(0, 0) = right;
  camera.world_from_camera.block<3, 1>(0, 1) = down;
  camera.world_from_camera.block<3, 1>(0, 2) = forward;
  camera.world_from_camera.block<3, 1>(0, 3) = options.pivot + options.radius * outward;
  camera.focal_x = camera.focal_y = options.focal;
  return camera;
}

Viewpoint viewpoint_of(const Camera& camera, const Eigen::Vector3d& pivot) {
  const Eigen::Vector3d offset = (camera.position() - pivot).normalized();
  return {std::atan2(offset.x(), offset.z()) / kRadians,
          std::asin(std::clamp(offset.y(), -1.0, 1.0)) / kRadians};
}

Ray camera_ray(const Camera& camera, double u, double v) {
  const Eigen::Vector3d direction((u - camera.centre_x) / camera.focal_x,
                                  (v - camera.centre_y) / camera.focal_y, 1.0);
  return {camera.position(), (camera.world_from_camera.block<3, 3>(0, 0) * direction).normalized()};
}

Projection project(const Camera& camera, const Eigen::Vector3d& point) {
  const Eigen::Vector3d local =
      camera.world_from_camera.block<3, 3>(0, 0).transpose() * (point - camera.position());
  return {camera.centre_x + camera.focal_x * local.x() / local.z(),
          camera.centre_y + camera.focal_y * local.y() / local.z(), local.z()};
}

std::optional<RayRange> intersect_cube(const Ray& ray, double half_extent) {
  double near = 0;
  double far = std::numeric_limits<double>::infinity();
  for (int axis = 0; axis < 3; ++axis) {
    if (ray.direction[axis] == 0) {  // 1 / 0 would give NaN for a ray within a face
      if (std::abs(ray.origin[axis]) > half_extent) return std::nullopt;
      continue;
    }
    const double inverse = 1.0 / ray.direction[axis];
    const double a = (-half_extent - ray.origin[axis]) * inverse;
    const double b = (half_extent - ray.origin[axis]) * inverse;
    near = std::max(near, std::min(a, b));
    far = std::min(far, std::max(a, b));
  }
  if (!(near < far)) return std::nullopt;
  return RayRange{near, far};
}

double focal_of_fov(double fov_deg) {
  return 0.5 / std::tan(0.5 * fov_deg * kRadians);
}

double fov_of_focal(double focal) {
  return 2.0 * std::atan(0.5 / focal) / kRadians;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <optional>

namespace portrait {

// World: right-handed, +Y up, +Z out of the face, +X the viewer's right; the field fills the
// cube [-0.5, 0.5]^3 and 1 unit is 40 cm. Camera: OpenCV axes, x right, y down, z forward.
inline constexpr double kFieldHalfExtent = 0.5;
inline constexpr double kCentimetresPerUnit = 40.0;
inline constexpr double kRigRadius = 2.7;
inline constexpr double kRigFocal = 2.842;  // in image widths: the frame shows 0.95 of the cube

// A pinhole camera; plain numbers, resolution-free.
struct Camera {
  // Columns: camera's right, down, forward and centre in world coordinates.
  Eigen::Matrix4d world_from_camera = Eigen::Matrix4d::Identity();
  // Focal lengths and principal point, as fractions of the image's width (x) and height (y).
  double focal_x = kRigFocal;
  double focal_y = kRigFocal;
  double centre_x = 0.5;
  double centre_y = 0.5;

  Eigen::Vector3d position() const { return world_from_camera.block<3, 1>(0, 3); }
};

// origin + t * direction, |direction| = 1, so t is a distance along the ray.
struct Ray {
  Eigen::Vector3d origin;
  Eigen::Vector3d direction;
};

struct RayRange {
  double near;
  double far;
};

// Where a viewpoint stands: azimuth 0 = front, positive = camera moves to +X; elevation
// positive = above. Degrees.
struct Viewpoint {
  double azimuth_deg = 0;
  double elevation_deg = 0;
  bool operator==(const Viewpoint& other) const = default;
};

struct RigOptions {
  double radius = kRigRadius;
  double focal = kRigFocal;
  Eigen::Vector3d pivot = Eigen::Vector3d::Zero();
  double roll_deg = 0;
};

// A camera on a sphere round the pivot, looking at it, upright.
Camera rig_camera(const Viewpoint& viewpoint, const RigOptions& options = {});

// Azimuth and elevation of a camera's centre as seen from the pivot.
Viewpoint viewpoint_of(const Camera& camera, const Eigen::Vector3d& pivot = Eigen::Vector3d::Zero());

// Ray through the point (u, v) of the image, both in [0, 1], top left is (0, 0).
Ray camera_ray(const Camera& camera, double u, double v);

// Image position (u, v) in [0, 1] when inside the frame, and the depth along the camera's axis.
// Points behind the camera have depth <= 0 and meaningless u, v.
struct Projection {
  double u;
  double v;
  double depth;
};
Projection project(const Camera& camera, const Eigen::Vector3d& point);

// Part of the ray inside the cube [-half_extent, half_extent]^3; nothing when it misses.
std::optional<RayRange> intersect_cube(const Ray& ray, double half_extent = kFieldHalfExtent);

// Horizontal field of view in degrees <-> focal length in image widths.
double focal_of_fov(double fov_deg);
double fov_of_focal(double focal);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/photo/head_pose.h"

#include "core/base/error.h"
#include "core/photo/head_pose_problem.h"

#include <Eigen/Dense>
#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr double kDegrees = 180.0 / std::numbers::pi;

Eigen::Matrix3d facing(double yaw, double pitch, double roll) {
  // Camera axes of a viewer in front: right = +X, down = -Y, forward = -Z.
  const Camera camera = rig_camera({yaw, pitch});
  const Eigen::Matrix3d axes = camera.world_from_camera.block<3, 3>(0, 0).transpose();
  return Eigen::AngleAxisd(roll, Eigen::Vector3d::UnitZ()) * axes;
}

// Position from the points' middle and size under a weak-perspective view.
PoseState start(const PoseProblem& problem, double yaw, double roll, double log_focal) {
  PoseState state;
  state.rotation = facing(yaw, 0, roll);
  state.log_focal = log_focal;
  Eigen::Vector2d mean_seen = Eigen::Vector2d::Zero();
  Eigen::Vector3d mean_model = Eigen::Vector3d::Zero();
  for (int i = 0; i < kLandmarkCount; ++i) {
    mean_seen += (*problem.points)[i] / kLandmarkCount;
    mean_model += state.rotation * mean_landmarks()[i] / kLandmarkCount;
  }
  double seen = 0;
  double model = 0;
  for (int i = 0; i < kLandmarkCount; ++i) {
    seen += ((*problem.points)[i] - mean_seen).squaredNorm();
    model += (state.rotation * mean_landmarks()[i] - mean_model).head<2>().squaredNorm();
  }
  const double focal = std::exp(log_focal);
  const double depth = focal * std::sqrt(model / std::max(seen, 1e-9));
  state.translation.head<2>() =
      (mean_seen - problem.centre) * depth / focal - mean_model.head<2>();
  state.translation.z() = std::max(depth - mean_model.z(), 0.8);
  return state;
}

void to_camera(const PoseState& state, int width, int height, Camera& camera) {
  camera.world_from_camera.setIdentity();
  camera.world_from_camera.block<3, 3>(0, 0) = state.rotation.transpose();
  camera.world_from_camera.block<3, 1>(0, 3) = -state.rotation.transpose() * state.translation;
  camera.focal_x = std::exp(state.log_focal) / width;
  camera.focal_y = std::exp(state.log_focal) / height;
  camera.centre_x = camera.centre_y = 0.5;
}

double focal_px(double fov_deg, double side) { return focal_of_fov(fov_deg) * side; }

}  // namespace

void describe_pose(HeadPose& pose) {
  const Viewpoint view = viewpoint_of(pose.camera);
  pose.yaw_deg = view.azimuth_deg;
  pose.pitch_deg = view.elevation_deg;
  pose.distance = pose.camera.position().norm();
  pose.fov_deg = fov_of_focal(pose.camera.focal_x);
  // Roll: where the head's up axis points in the picture.
  const Eigen::Matrix3d camera_from_world =
      pose.camera.world_from_camera.block<3, 3>(0, 0).transpose();
  const Eigen::Vector3d up = camera_from_world * Eigen::Vector3d::UnitY();
  pose.roll_deg = std::atan2(up.x(), -up.y()) * kDegrees;
}

HeadPose fit_head_pose(const Points2& points, const std::vector<double>& scale, int photo_width,
                       int photo_height, const PoseOptions& options) {
  check(points.size() == std::size_t(kLandmarkCount), ErrorCode::kInternal,
        "fit_head_pose needs {} points, got {}", kLandmarkCount, points.size());
  PoseProblem problem;
  problem.points = &points;
  problem.centre = Eigen::Vector2d(photo_width, photo_height) / 2;
  const double size = std::max(interocular(points), 1e-3);
  problem.scale.resize(kLandmarkCount);
  for (int i = 0; i < kLandmarkCount; ++i) {
    problem.scale[i] = std::max(i < int(scale.size()) ? scale[i] : 0.0, 0.01 * size);
  }
  const double side = std::max(photo_width, photo_height);
  problem.solve_focal = !options.fov_deg;
  problem.prior_log_focal = std::log(focal_px(options.prior_fov_deg, side));
  const double log_focal = options.fov_deg ? std::log(focal_px(*options.fov_deg, photo_width))
                                           : problem.prior_log_focal;
  const double low = options.fov_deg ? log_focal : std::log(focal_px(options.max_fov_deg, side));
  const double high = options.fov_deg ? log_focal : std::log(focal_px(options.min_fov_deg, side));

  const Eigen::Vector2d eyes = eye_centre(points, false) - eye_centre(points, true);
  const double roll = std::atan2(eyes.y(), eyes.x());
  PoseState best;
  PoseEquations best_at;
  best_at.cost = 1e29;
  for (const double yaw : {0.0, 40.0, -40.0}) {
    PoseState state = start(problem, yaw, std::abs(roll) < 1.2 ? roll : 0.0, log_focal);
    PoseEquations at = linearise(problem, state);
    double damping = 1e-2;
    for (int step = 0; step < 60 && damping < 1e8; ++step) {
      PoseMatrix system = at.hessian;
      system.diagonal() *= 1.0 + damping;
      const PoseVector move = -system.ldlt().solve(at.gradient);
      if (!move.allFinite()) break;
      const PoseState next = stepped(state, move, low, high);
      const PoseEquations next_at = linearise(problem, next);
      if (next_at.cost < at.cost) {
        const bool done = at.cost - next_at.cost < 1e-9 * at.cost;
        state = next;
        at = next_at;
        damping = std::max(damping * 0.2, 1e-9);
        if (done) break;
      } else {
        damping *= 6;
      }
    }
    // A mirrored solution looks at the back of the head; the face must look at the camera.
    const bool seen_from_front = state.rotation(2, 2) < 0.35;
    if (at.in_front && seen_from_front && at.cost < best_at.cost) {
      best = state;
      best_at = at;
    }
  }
  check(best_at.cost < 1e29, ErrorCode::kBadInput, "No position of a head explains the landmarks "
        "found; use a photo that shows the face from the front");
  HeadPose pose;
  to_camera(best, photo_width, photo_height, pose.camera);
  pose.fov_known = options.fov_deg.has_value();
  pose.residual_px = std::sqrt(best_at.weighted_square_px / std::max(best_at.weight, 1e-12));
  pose.residual_nme = pose.residual_px / size;
  describe_pose(pose);
  return pose;
}

HeadPose pose_from_eyes(const Eigen::Vector2d& left_eye, const Eigen::Vector2d& right_eye,
                        int photo_width, int photo_height, const PoseOptions& options) {
  const double side = std::max(photo_width, photo_height);
  PoseState state;
  state.log_focal = std::log(options.fov_deg ? focal_px(*options.fov_deg, photo_width)
                                             : focal_px(options.prior_fov_deg, side));
  const Eigen::Vector2d across = right_eye - left_eye;
  check(across.norm() > 1, ErrorCode::kBadInput, "The two eyes lie on one point");
  state.rotation = facing(0, 0, std::atan2(across.y(), across.x()));
  Eigen::Vector3d eyes[2] = {Eigen::Vector3d::Zero(), Eigen::Vector3d::Zero()};
  for (int i = 0; i < 12; ++i) eyes[i / 6] += mean_landmarks()[36 + i] / 6;
  const Eigen::Vector3d middle = state.rotation * (eyes[0] + eyes[1]) / 2;
  const double focal = std::exp(state.log_focal);
  const double depth = focal * (eyes[1] - eyes[0]).norm() / across.norm();
  const Eigen::Vector2d seen =
      (left_eye + right_eye) / 2 - Eigen::Vector2d(photo_width, photo_height) / 2;
  state.translation = Eigen::Vector3d(seen.x() * depth / focal, seen.y() * depth / focal, depth) -
                      middle;
  HeadPose pose;
  to_camera(state, photo_width, photo_height, pose.camera);
  pose.fov_known = options.fov_deg.has_value();
  describe_pose(pose);
  return pose;
}

}  // namespace portrait

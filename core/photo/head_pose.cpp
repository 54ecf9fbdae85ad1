// SPDX-License-Identifier: Apache-2.0
#include "core/photo/head_pose.h"

#include "core/base/error.h"

#include <Eigen/Dense>
#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr double kDegrees = 180.0 / std::numbers::pi;
constexpr double kFovPriorDeviation = 0.3;  // of the log of the focal length: a factor of 1.35
// How far a person's point strays from the mean head, world units: jaw and brows vary, and lips
// and lids move, while eye corners and nose are the same for all.
constexpr double kShapeDeviation = 0.008;

double point_deviation(int index) {
  if (index <= 16) return 2.5 * kShapeDeviation;
  if (index <= 26) return 2.0 * kShapeDeviation;
  if (index >= 48) return 2.0 * kShapeDeviation;
  return kShapeDeviation;
}

// Camera from world: x_camera = rotation x + translation (OpenCV axes).
struct State {
  Eigen::Matrix3d rotation;
  Eigen::Vector3d translation;
  double log_focal = 0;  // of the focal length in pixels
};

struct Problem {
  const Points2* points;
  std::vector<double> scale;  // px
  Eigen::Vector2d centre;
  bool solve_focal = false;
  double prior_log_focal = 0;
};

struct Linearised {
  Eigen::Matrix<double, 7, 7> hessian = Eigen::Matrix<double, 7, 7>::Zero();
  Eigen::Matrix<double, 7, 1> gradient = Eigen::Matrix<double, 7, 1>::Zero();
  double cost = 0;
  double weighted_square_px = 0;
  double weight = 0;
  bool in_front = true;
};

Linearised linearise(const Problem& problem, const State& state) {
  Linearised out;
  const double focal = std::exp(state.log_focal);
  for (int i = 0; i < kLandmarkCount; ++i) {
    const Eigen::Vector3d x = state.rotation * mean_landmarks()[i];
    const Eigen::Vector3d p = x + state.translation;
    if (p.z() < 0.3) {
      out.in_front = false;
      out.cost = 1e30;
      return out;
    }
    const double inverse = 1.0 / p.z();
    const Eigen::Vector2d projected = problem.centre + focal * inverse * p.head<2>();
    const Eigen::Vector2d error = projected - (*problem.points)[i];
    const double shape = point_deviation(i) * focal * inverse;
    const double variance = shape * shape + problem.scale[i] * problem.scale[i];
    // Cauchy: cost = log(1 + r^2 / 4), weight = its derivative.
    const double square = error.squaredNorm() / variance;
    out.cost += 4.0 * std::log1p(square / 4.0);
    const double w = 1.0 / (variance * (1.0 + square / 4.0));
    out.weighted_square_px += w * variance * error.squaredNorm();
    out.weight += w * variance;
    Eigen::Matrix<double, 2, 3> by_p;
    by_p << focal * inverse, 0, -focal * p.x() * inverse * inverse, 0, focal * inverse,
        -focal * p.y() * inverse * inverse;
    Eigen::Matrix3d cross;  // d(exp(w) x) / dw = -[x]
    cross << 0, x.z(), -x.y(), -x.z(), 0, x.x(), x.y(), -x.x(), 0;
    Eigen::Matrix<double, 2, 7> jacobian;
    jacobian.block<2, 3>(0, 0) = by_p * cross;
    // Depth is stepped in its logarithm, together with the focal length: their ratio is what the
    // picture's scale tells, so this keeps the system well conditioned.
    jacobian.block<2, 2>(0, 3) = by_p.leftCols<2>();
    jacobian.col(5) = by_p.col(2) * state.translation.z();
    jacobian.col(6) = problem.solve_focal
                          ? Eigen::Vector2d(focal * inverse * p.head<2>())
                          : Eigen::Vector2d(Eigen::Vector2d::Zero());
    out.hessian += w * jacobian.transpose() * jacobian;
    out.gradient += w * jacobian.transpose() * error;
  }
  if (problem.solve_focal) {
    const double precision = 1.0 / (kFovPriorDeviation * kFovPriorDeviation);
    const double off = state.log_focal - problem.prior_log_focal;
    out.hessian(6, 6) += precision;
    out.gradient(6) += precision * off;
    out.cost += precision * off * off;
  } else {
    out.hessian(6, 6) += 1;
  }
  return out;
}

State stepped(const State& state, const Eigen::Matrix<double, 7, 1>& step, double low,
              double high) {
  State out = state;
  const Eigen::Vector3d turn = step.head<3>();
  const double angle = turn.norm();
  if (angle > 1e-12) out.rotation = Eigen::AngleAxisd(angle, turn / angle) * state.rotation;
  out.translation.head<2>() += step.segment<2>(3);
  out.translation.z() *= std::exp(std::clamp(step(5), -0.7, 0.7));
  out.log_focal = std::clamp(state.log_focal + step(6), low, high);
  return out;
}

Eigen::Matrix3d facing(double yaw, double pitch, double roll) {
  // Camera axes of a viewer in front: right = +X, down = -Y, forward = -Z.
  const Camera camera = rig_camera({yaw, pitch});
  const Eigen::Matrix3d axes = camera.world_from_camera.block<3, 3>(0, 0).transpose();
  return Eigen::AngleAxisd(roll, Eigen::Vector3d::UnitZ()) * axes;
}

// Position from the points' middle and size under a weak-perspective view.
State start(const Problem& problem, double yaw, double roll, double log_focal) {
  State state;
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

void to_camera(const State& state, int width, int height, Camera& camera) {
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
  Problem problem;
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
  State best;
  Linearised best_at;
  best_at.cost = 1e29;
  for (const double yaw : {0.0, 40.0, -40.0}) {
    State state = start(problem, yaw, std::abs(roll) < 1.2 ? roll : 0.0, log_focal);
    Linearised at = linearise(problem, state);
    double damping = 1e-2;
    for (int step = 0; step < 60 && damping < 1e8; ++step) {
      Eigen::Matrix<double, 7, 7> system = at.hessian;
      system.diagonal() *= 1.0 + damping;
      const Eigen::Matrix<double, 7, 1> move = -system.ldlt().solve(at.gradient);
      if (!move.allFinite()) break;
      const State next = stepped(state, move, low, high);
      const Linearised next_at = linearise(problem, next);
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
  State state;
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

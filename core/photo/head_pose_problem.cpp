// SPDX-License-Identifier: Apache-2.0
#include "core/photo/head_pose_problem.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// Of the log of the focal length: photos are taken at 13 to 75 degrees, long and short lenses
// alike.
constexpr double kFovPriorDeviation = 0.5;
constexpr double kNearest = 0.3;  // of a point to the camera, world units

}  // namespace

Eigen::Vector3d PoseState::point(int index) const {
  Eigen::Vector3d x = mean_landmarks()[std::size_t(index)];
  for (int k = 0; k < kLandmarkShapeModes; ++k) {
    x += shape[k] * landmark_shape_modes()[std::size_t(k)].col(index);
  }
  return x;
}

PoseEquations linearise(const PoseProblem& problem, const PoseState& state) {
  PoseEquations out;
  const double focal = std::exp(state.log_focal);
  for (int i = 0; i < kLandmarkCount; ++i) {
    const Eigen::Vector3d x = state.rotation * state.point(i);
    const Eigen::Vector3d p = x + state.translation;
    if (p.z() < kNearest) {
      out.in_front = false;
      out.cost = 1e30;
      return out;
    }
    const double inverse = 1.0 / p.z();
    const Eigen::Vector2d projected = problem.centre + focal * inverse * p.head<2>();
    const Eigen::Vector2d error = projected - (*problem.points)[std::size_t(i)];
    const double shape = landmark_shape_rest()[std::size_t(i)] * focal * inverse;
    const double scale = problem.scale[std::size_t(i)];
    const double variance = shape * shape + scale * scale;
    // Cauchy: cost = 4 log(1 + r^2 / 4), weight = its derivative by r^2.
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
    Eigen::Matrix<double, 2, kPoseUnknowns> jacobian;
    jacobian.block<2, 3>(0, 0) = by_p * cross;
    // Depth is stepped in its logarithm, together with the focal length: their ratio is what the
    // picture's scale tells, so this keeps the system well conditioned.
    jacobian.block<2, 2>(0, 3) = by_p.leftCols<2>();
    jacobian.col(5) = by_p.col(2) * state.translation.z();
    jacobian.col(6) = problem.solve_focal ? Eigen::Vector2d(focal * inverse * p.head<2>())
                                          : Eigen::Vector2d(Eigen::Vector2d::Zero());
    const Eigen::Matrix<double, 2, 3> by_x = by_p * state.rotation;
    for (int k = 0; k < kLandmarkShapeModes; ++k) {
      jacobian.col(7 + k) = by_x * landmark_shape_modes()[std::size_t(k)].col(i);
    }
    out.hessian += w * jacobian.transpose() * jacobian;
    out.gradient += w * jacobian.transpose() * error;
  }
  out.hessian.diagonal().tail<kLandmarkShapeModes>().array() += 1;
  out.gradient.tail<kLandmarkShapeModes>() += state.shape;
  out.cost += state.shape.squaredNorm();
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

PoseState stepped(const PoseState& state, const PoseVector& step, double low, double high) {
  PoseState out = state;
  const Eigen::Vector3d turn = step.head<3>();
  const double angle = turn.norm();
  if (angle > 1e-12) out.rotation = Eigen::AngleAxisd(angle, turn / angle) * state.rotation;
  out.translation.head<2>() += step.segment<2>(3);
  out.translation.z() *= std::exp(std::clamp(step(5), -0.7, 0.7));
  out.log_focal = std::clamp(state.log_focal + step(6), low, high);
  out.shape += step.tail<kLandmarkShapeModes>();
  return out;
}

}  // namespace portrait

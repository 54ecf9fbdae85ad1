// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/photo/landmark_shape.h"
#include "core/photo/landmarks68.h"

#include <Eigen/Core>

#include <vector>

namespace portrait {

// The least squares that fit_head_pose solves, at one state and stepped to the next.

// Unknowns: turn (3), place (3: right, down, log of the depth), log of the focal length, shape.
inline constexpr int kPoseUnknowns = 7 + kLandmarkShapeModes;
using PoseVector = Eigen::Matrix<double, kPoseUnknowns, 1>;
using PoseMatrix = Eigen::Matrix<double, kPoseUnknowns, kPoseUnknowns>;

// Camera from world: x_camera = rotation x + translation (OpenCV axes).
struct PoseState {
  Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();
  Eigen::Vector3d translation = Eigen::Vector3d::Zero();
  double log_focal = 0;  // of the focal length in pixels
  Eigen::Matrix<double, kLandmarkShapeModes, 1> shape =
      Eigen::Matrix<double, kLandmarkShapeModes, 1>::Zero();

  // Where this person has a point, world units.
  Eigen::Vector3d point(int index) const;
};

struct PoseProblem {
  const Points2* points = nullptr;
  std::vector<double> scale{};  // expected error of each, px
  Eigen::Vector2d centre = Eigen::Vector2d::Zero();
  bool solve_focal = false;
  double prior_log_focal = 0;
};

// Gauss-Newton's normal equations. Cost: Cauchy's of the points, in units of what a point is
// expected to be off; plus the squares of the shape and, in units of its deviation, of the focal
// length's logarithm.
struct PoseEquations {
  PoseMatrix hessian = PoseMatrix::Zero();
  PoseVector gradient = PoseVector::Zero();
  double cost = 0;
  double weighted_square_px = 0;
  double weight = 0;
  bool in_front = true;  // false: a point lies behind the camera or too near; nothing else is set
};

PoseEquations linearise(const PoseProblem& problem, const PoseState& state);

// The focal length's logarithm stays within [low, high].
PoseState stepped(const PoseState& state, const PoseVector& step, double low, double high);

}  // namespace portrait

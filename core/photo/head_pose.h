// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/photo/landmarks68.h"

#include <optional>
#include <vector>

namespace portrait {

struct HeadPose {
  // The photo's camera: sees the world (the head at rest in the field) as the photo shows it.
  // Principal point at the photo's centre.
  Camera camera;
  double fov_deg = 0;    // horizontal, of the photo
  bool fov_known = false;  // given (EXIF or the caller), not solved
  // The head as seen by the camera, degrees: yaw positive = the camera stands at the head's +X
  // (azimuth), pitch positive = camera above (elevation), roll positive = head leans clockwise.
  double yaw_deg = 0;
  double pitch_deg = 0;
  double roll_deg = 0;
  double distance = 0;       // camera to world origin, world units
  double residual_px = 0;    // weighted RMS, photo pixels
  double residual_nme = 0;   // the same / inter-ocular distance
};

struct PoseOptions {
  std::optional<double> fov_deg;  // horizontal, of the photo, when known
  double prior_fov_deg = 30;      // of the longer side; weak
  double min_fov_deg = 15;
  double max_fov_deg = 80;
};

// Rotation, position, the person's shape (core/photo/landmark_shape.h) and, when unknown, the
// focal length that project the head onto the points: Levenberg-Marquardt with Cauchy weights.
// scale: expected error per point (px), or empty.
// Throws kBadInput when no pose puts the head in front of the camera.
HeadPose fit_head_pose(const Points2& points, const std::vector<double>& scale, int photo_width,
                       int photo_height, const PoseOptions& options = {});

// From two eyes alone: a frontal head of the size and roll that they give.
HeadPose pose_from_eyes(const Eigen::Vector2d& left_eye, const Eigen::Vector2d& right_eye,
                        int photo_width, int photo_height, const PoseOptions& options = {});

// Yaw, pitch, roll, distance and fov of a camera (fills the fields from `camera`).
void describe_pose(HeadPose& pose);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <array>
#include <vector>

namespace portrait {

// The 68 facial points in the iBUG 300-W order. "Left" and "right" are the viewer's: the image's
// left is the person's right side.
// 0-16 jaw (image left ear, chin 8, right ear), 17-21 and 22-26 brows, 27-30 nose bridge, 31-35
// nostrils, 36-41 eye at the image's left, 42-47 eye at the right, 48-59 outer lips, 60-67 inner.
inline constexpr int kLandmarkCount = 68;

using Points2 = std::vector<Eigen::Vector2d>;

// Where the neutral mean head has them, world units (see core/camera/camera.h).
// Facts measured from the ICT Face Model Light (USC ICT, MIT licence), its listed vertices.
const std::array<Eigen::Vector3d, kLandmarkCount>& mean_landmarks();

// Index of the point that takes this one's place when the picture is mirrored.
const std::array<int, kLandmarkCount>& mirrored_landmark_index();

// Mean of the six points round an eye.
Eigen::Vector2d eye_centre(const Points2& points, bool image_left);
// Distance of the outer eye corners (36, 45): what errors are normalised by (300-W).
double interocular(const Points2& points);

}  // namespace portrait

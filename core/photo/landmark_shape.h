// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/photo/landmarks68.h"

#include <Eigen/Core>

#include <array>

namespace portrait {

// How the 68 points of a person stray from mean_landmarks(), world units: points = mean +
// sum_k c_k mode_k + rest, with c_k ~ N(0, 1) and each coordinate of the rest ~ N(0, rest_i^2).
// A mode moves many points together (a long face, a wide one, an open mouth), so that pose and
// focal length are not taken for what is a person's shape, nor the other way round.
// Principal directions of the points' covariance over people and expressions, made symmetric by
// its mirror image; measured from the ICT Face Model Light (USC ICT, MIT licence): 100 identity
// modes at unit variance, and each of 57 expressions on one face in eight with the square of an
// even weight. These twelve hold nine tenths of the variance.
inline constexpr int kLandmarkShapeModes = 12;
using LandmarkShapeMode = Eigen::Matrix<double, 3, kLandmarkCount>;

const std::array<LandmarkShapeMode, kLandmarkShapeModes>& landmark_shape_modes();
const std::array<double, kLandmarkCount>& landmark_shape_rest();

}  // namespace portrait

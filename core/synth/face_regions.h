// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <array>
#include <span>

namespace portrait {

// Where things are on the neutral head. All positions are rest positions in centimetres (axes as
// the world's, the head's middle at x = 0); all distances are in centimetres.
using Landmarks = std::array<Eigen::Vector3f, 68>;

// Positive inside the region where hair grows on the scalp, roughly a distance to its border.
// hairline: -1 low .. 1 receding. crown: a bald patch there, 0 none .. 1 down to the temples.
float scalp_distance(const Eigen::Vector3f& rest, float hairline, float crown = 0);

// Positive above the rim of a cap or beanie, roughly a distance to it.
float rim_distance(const Eigen::Vector3f& rest);

// Positive inside the lips.
float lip_distance(const Eigen::Vector3f& rest, const Landmarks& landmarks);

// Positive between the eyelids (inside the contour of the eye), left or right.
float eye_distance(const Eigen::Vector3f& rest, const Landmarks& landmarks);

// Place within a brow: `across` = -1 .. 1 over its thickness, `along` = 0 (inner end) .. 1.
struct BrowPlace {
  float across = 10;
  float along = 0;
};
BrowPlace brow_place(const Eigen::Vector3f& rest, const Landmarks& landmarks);

// 0 .. 1: how much beard grows here. reach: 0 moustache and chin .. 1 whole cheeks.
float beard_weight(const Eigen::Vector3f& rest, const Landmarks& landmarks, float reach);

// Positive inside a polygon in the frontal (x, y) plane, the distance to its outline.
float polygon_distance(const Eigen::Vector2f& point, std::span<const Eigen::Vector2f> polygon);

}  // namespace portrait

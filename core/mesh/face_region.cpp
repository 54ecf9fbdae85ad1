// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/face_region.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr float kDegrees = 3.14159265F / 180;
constexpr float kAzimuthFull = 50 * kDegrees;
constexpr float kAzimuthNone = 85 * kDegrees;
constexpr float kChin = -0.25F;
constexpr float kForehead = 0.2F;
constexpr float kFade = 0.1F;
constexpr float kAxis = 0.1F;  // distance from the vertical axis at which azimuth counts in full

// 1 up to `full`, 0 from `none` on, a cubic between them.
float fade(float value, float full, float none) {
  const float t = std::clamp((none - value) / (none - full), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}

}  // namespace

float face_weight(const Eigen::Vector3f& position) {
  const float azimuth = std::abs(std::atan2(position.x(), position.z()));
  return fade(azimuth, kAzimuthFull, kAzimuthNone) * fade(-position.y(), -kChin, -kChin + kFade) *
         fade(position.y(), kForehead, kForehead + kFade) *
         fade(-std::hypot(position.x(), position.z()), -kAxis, 0);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/field/capsule_map.h"

#include "core/camera/camera.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

struct Chart {
  int columns;
  int rows;
  std::int64_t first;
  bool closed;  // its last column is the first one's neighbour
};

constexpr Chart kStripChart{CapsuleMap::kAround, CapsuleMap::kAbove + CapsuleMap::kBelow, 0, true};
constexpr Chart kCrownChart{CapsuleMap::kCrown, CapsuleMap::kCrown, CapsuleMap::kStrip, false};

// Round a place of a chart, in texels; centres at + 0.5.
CapsuleTaps taps_in(const Chart& chart, float column, float row) {
  const float u = column - 0.5F, v = row - 0.5F;
  const auto left = static_cast<int>(std::floor(u)), top = static_cast<int>(std::floor(v));
  const float across = u - static_cast<float>(left), down = v - static_cast<float>(top);
  CapsuleTaps taps{};
  for (int corner = 0; corner < 4; ++corner) {
    int x = left + corner % 2;
    x = chart.closed ? (x + chart.columns) % chart.columns : std::clamp(x, 0, chart.columns - 1);
    const int y = std::clamp(top + corner / 2, 0, chart.rows - 1);
    const auto c = static_cast<std::size_t>(corner);
    taps.texels[c] = static_cast<std::int32_t>(chart.first + std::int64_t(y) * chart.columns + x);
    taps.weights[c] = (corner % 2 == 0 ? 1 - across : across) * (corner / 2 == 0 ? 1 - down : down);
  }
  return taps;
}

}  // namespace

CapsuleTaps capsule_taps(const Eigen::Vector3f& place) {
  constexpr float kPi = std::numbers::pi_v<float>;
  constexpr float kLowest = CapsuleMap::kCentreY + static_cast<float>(kFieldHalfExtent);
  const float x = place.x(), z = place.z() - CapsuleMap::kCentreZ;
  const float up = place.y() - CapsuleMap::kCentreY;
  const float column = (std::atan2(x, z) / kPi + 1) * (0.5F * CapsuleMap::kAround);
  if (up <= 0) {
    const float down = std::min(-up / kLowest, 1.0F);
    return taps_in(kStripChart, column, CapsuleMap::kAbove + down * CapsuleMap::kBelow);
  }
  const float out = std::sqrt(x * x + z * z);
  const float elevation = std::atan2(up, out) * (4 / kPi);  // 1 at 45 degrees, 2 above
  if (elevation <= 1) return taps_in(kStripChart, column, (1 - elevation) * CapsuleMap::kAbove);
  constexpr float kMiddle = 0.5F * CapsuleMap::kCrown;
  const float scale = out > 0 ? (2 - elevation) * kMiddle / out : 0;
  return taps_in(kCrownChart, kMiddle + x * scale, kMiddle + z * scale);
}

}  // namespace portrait

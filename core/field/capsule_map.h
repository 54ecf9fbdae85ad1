// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <array>
#include <cstdint>

namespace portrait {

// A map from places in the head's cube to texels of its surface. The chart is a capsule round the
// head's vertical axis: below its centre a cylinder (azimuth, height), above it a sphere (azimuth,
// elevation) up to 45 degrees, and a disc over the crown; so no two surfaces that a person shows
// share a texel, but for what lies behind ears, brims and strands of hair. Where a surface lies on
// its ray from the axis does not matter: views that disagree a little about depth agree here.
// On a head 17 cm wide a texel is about 0.9 pixels of the rig's pictures of 512.
struct CapsuleMap {
  static constexpr int kAround = 1024;  // columns of the strip: -180 to 180 degrees of azimuth
  static constexpr int kAbove = 144;    // rows from 45 degrees down to the centre,
  static constexpr int kBelow = 320;    // and from there to the lower end of the cube
  static constexpr int kCrown = 256;    // a side of the square round the disc
  static constexpr std::int64_t kStrip = std::int64_t(kAbove + kBelow) * kAround;
  static constexpr std::int64_t kTexels = kStrip + std::int64_t(kCrown) * kCrown;

  // World, of the axis: as our own packs' heads stand.
  static constexpr float kCentreY = 0.05F;
  static constexpr float kCentreZ = -0.02F;
};

// The four texels round a place and their bilinear weights, which sum to 1.
struct CapsuleTaps {
  std::array<std::int32_t, 4> texels;  // 0 .. kTexels - 1
  std::array<float, 4> weights;
};

// Any finite place; below the cube as at its lower end.
CapsuleTaps capsule_taps(const Eigen::Vector3f& place);

}  // namespace portrait

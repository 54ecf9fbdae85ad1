// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace portrait {

// Depth of a triangle soup along a direction, orthographic, covering the cube and a margin.
class ShadowMap {
 public:
  // direction: towards the light, unit length. positions: world. skip: optional per-triangle flag.
  ShadowMap(const Eigen::Vector3f& direction, int size);

  // Draws triangles: three indices each into the positions.
  void draw(std::span<const Eigen::Vector3f> positions,
            std::span<const std::array<std::uint32_t, 3>> triangles);

  // 1 = the point sees the light, with a tolerance `bias` in world units.
  bool sees(const Eigen::Vector3f& point, float bias) const;
  // Share of a disc of the given world radius round the point's place in the map that is lit.
  float lit(const Eigen::Vector3f& point, float bias, float radius) const;

 private:
  Eigen::Vector3f map(const Eigen::Vector3f& point) const;  // texel x, y; depth towards the light

  int size_;
  float scale_;
  Eigen::Vector3f axis_x_, axis_y_, axis_z_;
  std::vector<float> nearest_;  // greatest depth towards the light per texel
};

}  // namespace portrait

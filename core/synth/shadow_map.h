// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <vector>

namespace portrait {

// What casts shadows: triangles, three indices each into the positions.
struct ShadowCasters {
  std::vector<Eigen::Vector3f> positions;            // world
  std::vector<std::array<std::uint32_t, 3>> open;    // cast from both sides
  std::vector<std::array<std::uint32_t, 3>> closed;  // only sides towards the light are drawn
  std::vector<Eigen::Vector3f> facing;               // outward, any length, one per closed one
};

// Depth of a triangle soup along a direction, orthographic, covering the cube and a margin.
class ShadowMap {
 public:
  // direction: towards the light, unit length. light_radius: of the disc that lit() averages over,
  // in world units.
  ShadowMap(const Eigen::Vector3f& direction, int size, float light_radius = 0);

  // Once per map.
  void draw(const ShadowCasters& casters);

  // 1 = the point sees the light, with a tolerance `bias` in world units.
  bool sees(const Eigen::Vector3f& point, float bias) const;
  // Share of the light's disc round the point's place in the map that is lit.
  float lit(const Eigen::Vector3f& point, float bias) const;

 private:
  static constexpr int kTaps = 8;
  static constexpr int kTile = 8;  // texels

  Eigen::Vector3f map(const Eigen::Vector3f& point) const;  // texel x, y; depth towards the light
  void bound_tiles();
  float all_taps(const Eigen::Vector3f& mapped, float bias) const;

  // Nearest and farthest of all that lit() may compare with from anywhere in a tile.
  struct Bounds {
    float low = 0;
    float high = 0;
  };

  int size_;
  float scale_;
  bool has_disc_;
  float disc_texels_;
  Eigen::Vector3f axis_x_, axis_y_, axis_z_;
  std::array<float, kTaps> tap_x_{};  // texels
  std::array<float, kTaps> tap_y_{};
  std::array<float, kTaps> tap_bias_{};  // world units
  std::vector<float> nearest_;           // greatest depth towards the light per texel
  int tiles_ = 0;                        // on each side; 0 where lit() has no disc
  std::vector<Bounds> bounds_;           // tiles_ * tiles_
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/synth/head_shape.h"
#include "core/synth/noise.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr int kRows = 40;
constexpr int kColumns = 128;
constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kBottom = -20.96F;  // just inside the cube, so that the bust is closed from below

}  // namespace

float collar_height(const ClothRecipe& cloth, float azimuth_rad) {
  const float front = std::cos(azimuth_rad);
  return -11.2F + cloth.collar_cm * 0.6F - 1.2F * front -
         cloth.neckline_cm * std::pow(std::max(front, 0.0F), 3.0F);
}

// A garment: a sleeve of cloth from a ring round the neck to the outline of the shoulders,
// nowhere inside the body.
void add_cloth(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder) {
  const ClothRecipe& cloth = recipe.cloth;
  if (!cloth.present) return;
  const auto seed = std::uint32_t(recipe.noise_seed) ^ 0x7f4a7c15U;
  const Eigen::Vector3f axis = shape.bust.centre();
  const std::size_t first_vertex = builder.vertices.size();
  const std::size_t first_triangle = builder.triangles.size();
  std::vector<float> widest(kColumns, 0);
  for (int r = 0; r < kRows; ++r) {
    for (int c = 0; c < kColumns; ++c) {
      const float azimuth = 2 * kPi * float(c) / kColumns;
      const float front = std::cos(azimuth);
      const float side = std::abs(std::sin(azimuth));
      const float top = collar_height(cloth, azimuth);
      const float ring = shape.bust.at(azimuth, top).radius + cloth.loose_cm;
      // Outline of the torso at the cube's bottom: two half ellipses.
      const float outline_x = cloth.shoulder_cm;
      const float outline_z = front > 0 ? cloth.chest_cm : cloth.back_cm;
      const float outline = 1.0F / std::sqrt(std::pow(std::sin(azimuth) / outline_x, 2.0F) +
                                             std::pow(std::cos(azimuth) / outline_z, 2.0F));
      SubjectVertex vertex;
      float t = float(std::max(r - 1, 0)) / (kRows - 2);
      // Shoulders first run outwards, then drop; chest and back slope evenly.
      const float out = std::pow(t, 1.0F - 0.35F * side);
      const float down = std::pow(t, 1.0F + (1.8F - 1.4F * cloth.slope) * side * side);
      const float y = top + (kBottom - top) * down;
      const float fold =
          0.25F * noise::smoothstep(0.1F, 0.5F, t) *
          noise::fractal3({std::sin(azimuth) * 4, t * 3, front * 4}, 2.0F, 3, 0.5F, 0, seed);
      float radius = ring + (std::max(outline, ring) - ring) * out + fold;
      // Over the skin while there is any (the head model's back ends at -13.6 cm), and never
      // narrower than above, so that no fold opens.
      if (y > -16.5F) radius = std::max(radius, shape.bust.at(azimuth, y).radius + 0.6F);
      if (r > 1) radius = std::max(radius, widest[std::size_t(c)]);
      widest[std::size_t(c)] = radius;
      if (r == 0) radius -= 0.35F;  // the collar's edge turns in
      vertex.position = {axis.x() + radius * std::sin(azimuth), y, axis.z() + radius * front};
      vertex.rest = vertex.position;
      vertex.uv = {azimuth * 10, t * 14};
      builder.add(vertex);
    }
  }
  builder.add_grid(std::uint32_t(first_vertex), kRows, kColumns, true, Part::kCloth, false,
                   [](std::uint32_t) { return true; });
  builder.smooth_normals(first_vertex, first_triangle);
  for (std::size_t v = first_vertex; v < builder.vertices.size(); ++v) {
    SubjectVertex& vertex = builder.vertices[v];
    const Eigen::Vector3f out = vertex.position - Eigen::Vector3f(axis.x(), -24, axis.z());
    if (vertex.normal.dot(out) < 0) vertex.normal *= -1;
  }
  // The cut through the chest, seen only from below.
  const std::uint32_t ring = std::uint32_t(builder.vertices.size());
  for (int c = 0; c < kColumns; ++c) {
    SubjectVertex vertex =
        builder.vertices[first_vertex + std::size_t(kRows - 1) * kColumns + std::size_t(c)];
    vertex.normal = {0, -1, 0};
    builder.add(vertex);
  }
  SubjectVertex middle = builder.vertices[ring];
  middle.position = {axis.x(), kBottom, axis.z()};
  const std::uint32_t hub = builder.add(middle);
  for (int c = 0; c < kColumns; ++c) {
    builder.add({hub, ring + std::uint32_t(c), ring + std::uint32_t((c + 1) % kColumns)},
                Part::kCloth);
  }
}

}  // namespace portrait

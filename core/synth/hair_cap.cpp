// SPDX-License-Identifier: Apache-2.0
#include "core/synth/face_regions.h"
#include "core/synth/head_shape.h"
#include "core/synth/noise.h"

#include <Eigen/Geometry>

#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr int kRows = 72;
constexpr int kColumns = 160;

// Short styles are a shell over the scalp. Strands run along meridians from a pole: the whorl
// behind the crown, the forehead for hair combed back, the parting for hair combed aside.
Eigen::Vector3f pole_of(const HairRecipe& hair) {
  const float side = hair.parting;
  switch (hair.style) {
    case ProceduralHair::kSweptBack:
      return Eigen::Vector3f(0.1F * side, 0.45F, 1.0F).normalized();
    case ProceduralHair::kSideParted:
      return Eigen::Vector3f(side < 0 ? -0.55F : 0.55F, 0.85F, 0.45F).normalized();
    default:
      return Eigen::Vector3f(0.08F * side, 1.0F, -0.35F).normalized();
  }
}

// Share of the thickness by direction: fuller on top, shorter at the sides and the nape.
float fullness(const HairRecipe& hair, const Eigen::Vector3f& d) {
  if (hair.style == ProceduralHair::kAfro) return 1.0F - 0.25F * noise::smoothstep(0, -0.6F, d.y());
  if (hair.style == ProceduralHair::kBuzz) return 1;
  const float top = noise::smoothstep(-0.2F, 0.75F, d.y());
  float f = 0.35F + 0.65F * top;
  if (hair.style == ProceduralHair::kSideParted) {
    const float side = hair.parting < 0 ? -1.0F : 1.0F;
    f *= 1.0F - 0.35F * noise::bump(d.x() - 0.45F * side, 0.12F) * top;  // the parting's furrow
    f *= 1.0F - 0.25F * side * d.x();
  }
  if (hair.style == ProceduralHair::kSweptBack)
    f *= 0.8F + 0.35F * noise::smoothstep(0, 0.8F, d.z());
  return f;
}

}  // namespace

void add_hair_cap(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder) {
  const HairRecipe& hair = recipe.hair;
  const auto seed = std::uint32_t(recipe.noise_seed) ^ 0x51ed270bU;
  const std::size_t first_vertex = builder.vertices.size();
  const std::size_t first_triangle = builder.triangles.size();
  const Eigen::Vector3f pole = pole_of(hair);
  const Eigen::Vector3f east = pole.cross(Eigen::Vector3f::UnitX()).normalized();
  const Eigen::Vector3f north = pole.cross(east);
  const bool curly =
      hair.style == ProceduralHair::kCurlyShort || hair.style == ProceduralHair::kAfro;
  const bool wild = hair.style == ProceduralHair::kTousled;
  std::vector<float> scalp(std::size_t(kRows) * kColumns);
  for (int r = 0; r < kRows; ++r) {
    const float polar = std::numbers::pi_v<float> * (float(r) + 0.02F) / (kRows - 1 + 0.04F);
    for (int c = 0; c < kColumns; ++c) {
      const float turn = 2 * std::numbers::pi_v<float> * float(c) / kColumns;
      const Eigen::Vector3f sideways = std::cos(turn) * north + std::sin(turn) * east;
      const Eigen::Vector3f d = std::cos(polar) * pole + std::sin(polar) * sideways;
      const HeadSurfaceMap::Sample skin = shape.skull.towards(d);
      const float inside = scalp_distance(skin.rest, hair.hairline, hair.crown);
      scalp[std::size_t(r * kColumns + c)] = inside;

      SubjectVertex vertex;
      vertex.rest = skin.rest;
      vertex.uv = {turn * 8.0F, polar * 9.5F};
      const float rise = noise::smoothstep(-0.5F, curly ? 2.0F : 2.6F, inside);
      float height = 0.1F + hair.thickness_cm * fullness(hair, d) * rise;
      const Eigen::Vector3f where = skin.rest;
      if (curly) {
        height += rise * (0.22F * hair.thickness_cm + 0.15F) *
                  noise::fractal3(where, 1.6F, 3, 0.6F, 0, seed);
      } else {
        // Locks: ridges along the strands.
        const float lock =
            noise::value2(vertex.uv.x() / 1.3F, vertex.uv.y() / 5.0F, seed) +
            0.5F * noise::value2(vertex.uv.x() / 0.55F, vertex.uv.y() / 3.0F, seed + 7);
        height += rise * hair.thickness_cm * (wild ? 0.3F : 0.12F) * lock * std::sin(polar);
        if (wild)
          height +=
              rise * 0.35F * hair.thickness_cm * noise::fractal3(where, 2.4F, 2, 0.5F, 0, seed + 3);
      }
      vertex.position = shape.skull.centre() + d * (skin.radius + std::max(height, 0.06F));
      vertex.tangent = (std::cos(polar) * sideways - std::sin(polar) * pole).normalized();
      vertex.edge = inside + 0.35F;
      vertex.root = height;
      builder.add(vertex);
    }
  }
  builder.add_grid(std::uint32_t(first_vertex), kRows, kColumns, true, Part::kHair, true,
                   [&](std::uint32_t v) { return scalp[v - first_vertex] > -1.2F; });
  builder.smooth_normals(first_vertex, first_triangle);
  for (std::size_t v = first_vertex; v < builder.vertices.size(); ++v) {
    SubjectVertex& vertex = builder.vertices[v];
    if (vertex.normal.dot(vertex.position - shape.skull.centre()) < 0) vertex.normal *= -1;
  }
}

}  // namespace portrait

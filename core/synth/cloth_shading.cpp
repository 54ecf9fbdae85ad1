// SPDX-License-Identifier: Apache-2.0
#include "core/synth/noise.h"
#include "core/synth/shading.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

using noise::bump;
using noise::smoothstep;
using noise::visible;

Eigen::Vector3f mix(const Eigen::Vector3f& a, const Eigen::Vector3f& b, float t) {
  return a + std::clamp(t, 0.0F, 1.0F) * (b - a);
}

float line_at(float x, float width, float footprint) {
  const float wide = std::max(width, 0.6F * footprint);
  return width / wide * bump(x, wide);
}

float printed(const ClothRecipe& cloth, const SurfacePoint& point, std::uint32_t seed) {
  const float u = point.at.uv.x();
  const float v = point.at.uv.y();
  const auto stripes = [&](float x, float period) {
    const float wave = std::sin(x * 6.2831853F / period);
    return 0.5F + visible(period, point.footprint_cm) * 0.5F * std::clamp(wave * 4, -1.0F, 1.0F);
  };
  switch (cloth.pattern) {
    case 1:
      return stripes(v, 2.4F);
    case 2:
      return stripes(u, 3.2F);
    case 3:
      return 0.5F * (stripes(v, 2.8F) + stripes(u, 2.8F));
    case 4:
      return 0.5F + 0.5F * noise::fractal3(point.at.rest, 3.0F, 3, 0.6F, point.footprint_cm, seed);
    default:
      return 0;
  }
}

// Seams, ribs, plackets and lapels, painted by the place on the garment: `second` is another
// garment under it (0 .. 1), `dark` the shade of edges.
struct Tailoring {
  float second = 0;
  float dark = 0;
  float rib = 0;
};

Tailoring tailored(const ClothRecipe& cloth, const SurfacePoint& point) {
  Tailoring t;
  const float x = point.at.rest.x();
  const float v = point.at.uv.y();
  const float footprint = point.footprint_cm;
  const bool front = point.at.rest.z() > 0;
  if (cloth.cut == ClothCut::kRibbed) {
    t.rib = 1 - smoothstep(1.2F, 1.3F, v);
    t.dark = 0.35F * line_at(v - 1.3F, 0.07F, footprint);
  } else if (cloth.cut == ClothCut::kShirt) {
    t.dark = 0.4F * line_at(v - 2.2F - 0.25F * std::abs(x), 0.10F, footprint);
    if (front) {
      const float stitched = smoothstep(1.5F, 2.2F, v);
      t.dark += 0.3F * stitched * line_at(std::abs(x) - 1.4F, 0.08F, footprint);
      const float along = v / 3.2F - std::floor(v / 3.2F) - 0.5F;
      t.second = stitched * (1 - smoothstep(0.3F, 0.45F, std::hypot(x, along * 3.2F)));
    }
  } else if (cloth.cut == ClothCut::kJacket && front) {
    const float half = 5.2F * (1 - v / 15) + 0.3F;
    const float inside = half - std::abs(x);
    t.second = smoothstep(-0.08F, 0.08F, inside);
    t.dark = 0.55F * line_at(inside + 0.12F, 0.22F, footprint) +
             0.45F * line_at(inside + 3.4F - 0.12F * v, 0.12F, footprint) +
             t.second * 0.35F * line_at(x, 0.08F, footprint);
  }
  return t;
}

}  // namespace

Surface cloth_surface(const SubjectMesh& subject, const SurfacePoint& point) {
  const ClothRecipe& cloth = subject.recipe.cloth;
  const auto seed = std::uint32_t(subject.recipe.noise_seed) ^ 0x1b873593U;
  const float footprint = point.footprint_cm;
  const float u = point.at.uv.x();
  const float v = point.at.uv.y();
  const bool worn_on_head = point.at.kind > 0.5F;
  Surface s;
  float fold = 0.22F;
  float rib = 0;
  if (worn_on_head) {
    s.albedo = subject.recipe.headwear.colour;
    rib = subject.recipe.headwear.kind == Headwear::kBeanie ? 1.0F : 0.0F;
    if (subject.recipe.headwear.kind == Headwear::kCap && v < 16)
      s.albedo *= 1 - 0.4F * line_at(std::remainder(u, 9.42F), 0.08F, footprint);
    fold = subject.recipe.headwear.kind == Headwear::kScarf ? 0.25F : 0.08F;
  } else {
    const Tailoring t = tailored(cloth, point);
    const Eigen::Vector3f outer = mix(cloth.colour, cloth.second, printed(cloth, point, seed));
    s.albedo = mix(
        outer, cloth.cut == ClothCut::kJacket ? cloth.second : Eigen::Vector3f(cloth.colour * 0.5F),
        t.second);
    s.albedo *= 1 - std::min(t.dark, 0.8F);
    rib = t.rib;
  }
  const float weave = noise::value2(u / 0.12F, v / 0.12F, seed + 3) * visible(0.2F, footprint);
  s.albedo *=
      1 + 0.10F * weave + 0.06F * noise::fractal3(point.at.rest, 4, 3, 0.5F, footprint, seed + 5);
  if (rib > 0) {
    const float ribs = std::sin(u * 16) * visible(0.4F, footprint);
    s.albedo *= 1 + 0.22F * rib * ribs;
  }
  // Folds as slopes of a height that is stretched downwards.
  const auto height = [&](const Eigen::Vector3f& p) {
    return noise::value3({p.x() / 3.2F, p.y() / 5.5F, p.z() / 3.2F}, seed + 7) +
           0.4F * noise::value3(p / 1.5F, seed + 8);
  };
  const float h = height(point.at.rest);
  Eigen::Vector3f slope;
  for (int k = 0; k < 3; ++k)
    slope[k] = (height(point.at.rest + 0.2F * Eigen::Vector3f::Unit(k)) - h) / 0.2F;
  const Eigen::Vector3f& n = point.at.normal;
  s.normal = (n - 2.2F * fold * (slope - slope.dot(n) * n)).normalized();
  s.albedo *= 1 + 0.5F * fold * std::min(h, 0.0F);
  s.gloss = 0.01F;
  return s;
}

}  // namespace portrait

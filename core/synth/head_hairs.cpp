// SPDX-License-Identifier: Apache-2.0
// Single hairs that soften the shells and cards of a hairstyle: rooted on the scalp where those
// leave it bare, and flying off their outside.
#include "core/synth/face_regions.h"
#include "core/synth/head_shape.h"
#include "core/synth/noise.h"
#include "core/synth/shading.h"
#include "core/synth/strand_ribbons.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

struct Amounts {
  int scalp = 0;       // hairs rooted along the hairline
  float scalp_cm = 0;  // their length
  int flyaways = 0;
  float flyaway_cm = 0;
  float lift = 0.2F;  // of flyaways off the surface
};

Amounts amounts_of(const HairRecipe& hair) {
  if (!hair.mesh.empty()) {
    if (is_curly(hair)) return {900, 0.8F, 2600, 1.6F, 0.8F};
    return {1500, 1.7F, 1400, 2.6F, 0.10F};
  }
  switch (hair.style) {
    case ProceduralHair::kBald:
      return {};
    case ProceduralHair::kBuzz:
      return {4200, std::max(0.35F, 2.2F * hair.thickness_cm), 0, 0, 0};
    case ProceduralHair::kAfro:
      return {1000, 0.9F, 3200, 1.5F, 0.9F};
    case ProceduralHair::kCurlyShort:
      return {1000, 1.0F, 2600, 1.6F, 0.7F};
    case ProceduralHair::kTousled:
      return {1400, 1.6F, 2200, 2.4F, 0.4F};
    case ProceduralHair::kCrop:
    case ProceduralHair::kSideParted:
    case ProceduralHair::kSweptBack:
      return {1900, 1.5F, 1800, 1.6F, 0.10F};
    default:
      return {2200, 4.5F, 1500, 5.0F, 0.10F};
  }
}

// Where hair on the bare scalp near the forehead is combed, by style; in the head's frame.
Eigen::Vector3f combed(const HairRecipe& hair, const SubjectVertex& at) {
  const float side = at.rest.x() < 2.5F * hair.parting ? -1.0F : 1.0F;
  if (hair.mesh.empty()) {
    if (hair.style == ProceduralHair::kSweptBack) return {0, 0.5F, -1};
    if (hair.style == ProceduralHair::kCrop || hair.style == ProceduralHair::kBuzz)
      return {0.15F * at.rest.x(), -0.6F, 0.9F};
    if (hair.style == ProceduralHair::kSideParted)
      return {hair.parting < 0 ? 1.0F : -1.0F, 0.25F, -0.2F};
  }
  return {0.9F * side, 0.1F, -1.0F};
}

void add_scalp_hairs(const SubjectRecipe& recipe, const Amounts& amounts,
                     std::size_t head_triangles, MeshBuilder& builder) {
  const HairRecipe& hair = recipe.hair;
  const bool everywhere = hair.mesh.empty() && hair.style == ProceduralHair::kBuzz;
  SurfaceSampler sampler(builder);
  const auto near_line = [&](const Eigen::Vector3f& rest) {
    if (rest.y() < 0 || std::abs(rest.x()) > 7.6F) return -10.0F;
    const float inside = scalp_distance(rest, hair.hairline, hair.crown);
    return everywhere || inside < 5 ? inside : -10.0F;
  };
  for (std::size_t t = 0; t < head_triangles; ++t) {
    if (builder.part[t] != Part::kSkin) continue;
    const Triangle& c = builder.triangles[t];
    const Eigen::Vector3f rest =
        (builder.vertices[c[0]].rest + builder.vertices[c[1]].rest + builder.vertices[c[2]].rest) /
        3.0F;
    if (near_line(rest) > -1.2F && (everywhere || rest.z() > -1)) sampler.take(std::uint32_t(t));
  }
  if (sampler.empty()) return;
  RandomStream random({recipe.noise_seed, random_purpose("synth.scalp.hairs"), 0, 0});
  std::vector<StrandShape> strands;
  for (int tries = 0; tries < 8 * amounts.scalp && int(strands.size()) < amounts.scalp; ++tries) {
    StrandShape strand;
    strand.root = sampler.draw(random);
    if (recipe.headwear.kind != Headwear::kNone && rim_distance(strand.root.rest) > -0.8F) continue;
    const float inside = near_line(strand.root.rest);
    // Sparse before the line, dense behind it.
    if (float(random.uniform()) > noise::smoothstep(-0.7F, 0.5F, inside)) continue;
    const Eigen::Vector3f way =
        combed(hair, strand.root) + 0.22F * Eigen::Vector3f(float(random.normal()),
                                                            float(random.normal()),
                                                            float(random.normal()));
    const Eigen::Vector3f& n = strand.root.normal;
    const float stand = everywhere ? 1.2F : is_curly(hair) ? 0.8F : 0.16F;
    strand.root.tangent = (way - way.dot(n) * n).normalized() + stand * n;
    // Short ones before the line.
    const float full = noise::smoothstep(-0.8F, 1.2F, inside);
    strand.length_cm = amounts.scalp_cm * (0.3F + 0.7F * full) * float(random.uniform(0.6, 1.15));
    strand.width_cm = everywhere ? 0.045F : float(random.uniform(0.03, 0.07));
    strand.curvature = everywhere ? 0.3F : 0.16F;
    strand.curl_cm = is_curly(hair) ? 0.14F : 0.10F * hair.wave;
    strand.curl_turns = is_curly(hair) ? 1.5F : 0.4F * strand.length_cm;
    strand.twist_rad = float(random.normal(0, 0.4));
    strand.segments = everywhere ? 1 : strand.length_cm > 2 ? 5 : 3;
    strand.root.root = 0.4F;
    strands.push_back(strand);
  }
  for (StrandShape& strand : strands) {
    strand.root.uv = {float(random.uniform(0, 400)), float(random.uniform(0, 40))};
    strand.root.edge = 1e3F;
    add_strand(strand, builder);
  }
}

void add_flyaways(const SubjectRecipe& recipe, const Amounts& amounts, std::size_t first_triangle,
                  std::size_t end_triangle, MeshBuilder& builder) {
  const HairRecipe& hair = recipe.hair;
  SurfaceSampler sampler(builder);
  for (std::size_t t = first_triangle; t < end_triangle; ++t) sampler.take(std::uint32_t(t));
  if (sampler.empty()) return;
  const bool curly = is_curly(hair);
  RandomStream random({recipe.noise_seed, random_purpose("synth.flyaways"), 0, 0});
  std::vector<StrandShape> strands;
  for (int i = 0; i < amounts.flyaways; ++i) {
    StrandShape strand;
    strand.root = sampler.draw(random);
    if (strand.root.edge < 0.2F || on_cheek(strand.root, hair)) continue;
    if (recipe.headwear.kind != Headwear::kNone && rim_distance(strand.root.rest) > -1.5F) continue;
    const Eigen::Vector3f& n = strand.root.normal;
    Eigen::Vector3f way = strand.root.tangent;
    if (curly || way.squaredNorm() < 0.1F) {
      way = Eigen::Vector3f(float(random.normal()), float(random.normal()), float(random.normal()));
    } else {
      way += 0.16F * Eigen::Vector3f(float(random.normal()), float(random.normal()),
                                     float(random.normal()));
    }
    way -= way.dot(n) * n;
    if (way.squaredNorm() < 1e-4F) continue;
    // Most lie on the surface, a few stand off.
    const float lift = amounts.lift * float(std::abs(random.normal()));
    strand.root.tangent = way.normalized() + lift * n;
    strand.length_cm = amounts.flyaway_cm * float(random.uniform(0.4, 1.2));
    strand.width_cm = float(random.uniform(0.02, 0.045));
    strand.curvature = curly ? 0.1F : float(random.uniform(0.07, 0.14));
    strand.gravity = curly ? 0 : 0.02F;
    strand.curl_cm = curly ? 0.16F : 0.15F * hair.wave;
    strand.curl_turns = curly ? 1.4F : 0.35F * strand.length_cm;
    strand.twist_rad = float(random.uniform(-1.4, 1.4));
    strand.segments = strand.length_cm > 2.5F ? 5 : 3;
    strand.root.position += 0.02F * n;
    strands.push_back(strand);
  }
  for (StrandShape& strand : strands) {
    strand.root.edge = 1e3F;
    strand.root.root = std::max(strand.root.root, 1.0F);
    add_strand(strand, builder);
  }
}

}  // namespace

void add_head_hairs(const SubjectRecipe& recipe, std::size_t head_triangles, std::size_t first_hair,
                    std::size_t end_hair, MeshBuilder& builder) {
  if (recipe.headwear.kind == Headwear::kScarf) return;
  const Amounts amounts = amounts_of(recipe.hair);
  if (amounts.scalp > 0) add_scalp_hairs(recipe, amounts, head_triangles, builder);
  if (amounts.flyaways > 0) add_flyaways(recipe, amounts, first_hair, end_hair, builder);
}

}  // namespace portrait

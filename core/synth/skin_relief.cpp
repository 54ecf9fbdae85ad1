// SPDX-License-Identifier: Apache-2.0
#include "core/synth/skin_relief.h"

#include "core/synth/noise.h"

#include <algorithm>
#include <cmath>

namespace portrait {

using noise::bump;
using noise::smoothstep;
using noise::value3;
using noise::visible;

// Depth of the lines of age, 0 .. 1: across the forehead, between the brows, crow's feet, from the
// nose past the mouth, under the eyes.
float skin_wrinkle(const Eigen::Vector3f& p, std::uint32_t seed) {
  const Eigen::Vector3f r(std::abs(p.x()), p.y(), p.z());
  const float wander = value3(p / 2.2F, seed + 101);
  float depth = 0;
  if (r.y() > 6.2F && r.z() > 5.5F) {
    const float phase = (r.y() + 0.35F * wander + 0.02F * r.x() * r.x()) * 4.8F;
    depth += 0.8F * std::pow(0.5F + 0.5F * std::sin(phase), 6.0F) * bump(r.y() - 8.2F, 1.5F) *
             (0.6F + 0.4F * wander);
  }
  const Eigen::Vector2f corner(r.x() - 4.9F, r.y() - 3.3F);
  if (corner.x() > 0 && corner.squaredNorm() < 7) {
    const float fan = std::atan2(corner.y(), corner.x()) + 0.12F * wander;
    depth +=
        0.7F * std::pow(0.5F + 0.5F * std::sin(fan * 11), 5.0F) * bump(corner.norm() - 1.1F, 0.7F);
  }
  // From the nose's wing past the mouth's corner.
  const float t = std::clamp((-0.6F - r.y()) / 4.2F, 0.0F, 1.0F);
  const float fold_x = 1.75F + 2.0F * t - 0.4F * t * t + 0.1F * wander;
  if (r.z() > 7 && r.y() < 0 && r.y() > -5.4F)
    depth += 0.9F * bump(r.x() - fold_x, 0.22F) * smoothstep(0, 0.15F, t) * (1 - t * t);
  const float bag = std::hypot(0.6F * (r.x() - 3.1F), r.y() - 3.4F);
  if (r.y() < 3 && r.z() > 7) depth += 0.6F * bump(bag - 1.15F, 0.13F);
  return std::min(depth, 1.0F);
}

// Fine relief: pores everywhere, wrinkles with age.
Eigen::Vector3f skin_relief(const SkinRecipe& skin, const SurfacePoint& point, float lips,
                            std::uint32_t seed) {
  const Eigen::Vector3f& rest = point.at.rest;
  Eigen::Vector3f slope = Eigen::Vector3f::Zero();
  const float step = 0.03F;
  const float pores = 0.35F * (0.3F + skin.pores) * visible(0.12F, point.footprint_cm);
  const float lumps = 0.10F * visible(0.7F, point.footprint_cm);
  const float folds = lips > -0.05F ? 0.5F * visible(0.2F, point.footprint_cm) : 0.0F;
  const float lines = 0.11F * std::max(0.0F, skin.age - 0.25F) * visible(0.25F, point.footprint_cm);
  if (pores + lumps + folds + lines <= 0) return slope;
  const auto height = [&](const Eigen::Vector3f& p) {
    float h = lumps * value3(p / 0.45F, seed + 73) * 0.15F;
    if (lines > 0) h -= lines * skin_wrinkle(p, seed);
    if (pores > 0) h += pores * 0.02F * value3(p / 0.06F, seed + 71);
    if (folds > 0)
      h += folds * 0.02F * value3({p.x() / 0.07F, p.y() / 0.5F, p.z() / 0.3F}, seed + 75);
    return h;
  };
  const float h0 = height(rest);
  for (int k = 0; k < 3; ++k) {
    slope[k] = (height(rest + step * Eigen::Vector3f::Unit(k)) - h0) / step;
  }
  return slope;
}

}  // namespace portrait

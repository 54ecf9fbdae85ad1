// SPDX-License-Identifier: Apache-2.0
#include "core/synth/face_regions.h"
#include "core/synth/noise.h"
#include "core/synth/shading.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

using noise::smoothstep;
using noise::visible;

Eigen::Vector3f mix(const Eigen::Vector3f& a, const Eigen::Vector3f& b, float t) {
  return a + std::clamp(t, 0.0F, 1.0F) * (b - a);
}

}  // namespace

bool is_curly(const HairRecipe& hair) {
  return hair.mesh == "afro01" ||
         (hair.mesh.empty() &&
          (hair.style == ProceduralHair::kAfro || hair.style == ProceduralHair::kCurlyShort));
}

bool on_cheek(const SubjectVertex& hair_point, const HairRecipe& hair) {
  const Eigen::Vector3f& p = hair_point.rest;
  return hair_point.root < 1.0F && p.y() < 5 && p.z() > 0.5F && std::abs(p.x()) > 5.5F &&
         scalp_distance(p, hair.hairline) < -1.0F;
}

Surface eye_surface(const SubjectMesh& subject, const SurfacePoint& point) {
  const EyeRecipe& eyes = subject.recipe.eyes;
  const auto seed = std::uint32_t(subject.recipe.noise_seed) ^ 0x68bc21ebU;
  const EyeBall& eye = point.at.rest.x() > 0 ? subject.eyes[0] : subject.eyes[1];
  const Eigen::Vector3f away = (point.at.position - eye.centre).normalized();
  const float cosine = std::clamp(away.dot(eye.gaze), -1.0F, 1.0F);
  const float angle = std::acos(cosine);
  constexpr float kIris = 0.50F;  // radians: a radius of 0.6 cm on an eyeball of 1.2 cm
  const float r = angle / kIris;
  const float blur = std::max(0.04F, point.footprint_cm / 0.6F * 0.7F);

  Surface s;
  const Eigen::Vector3f helper = Eigen::Vector3f::UnitY();
  const Eigen::Vector3f right = helper.cross(eye.gaze).normalized();
  const Eigen::Vector3f up = eye.gaze.cross(right);
  const float turn = std::atan2(away.dot(up), away.dot(right));
  // The white: blood vessels from the corners, pinker towards them.
  const float vein =
      noise::value2(turn * 6, angle * 3 + 2 * noise::value2(turn * 3, angle * 6, seed), seed + 1);
  const float veins = smoothstep(0.82F, 0.98F, 1 - std::abs(vein)) * smoothstep(1.1F, 2.2F, r);
  s.albedo = Eigen::Vector3f(0.60F, 0.55F, 0.52F);
  s.albedo = mix(s.albedo, Eigen::Vector3f(0.55F, 0.26F, 0.22F),
                 eyes.redness * (0.35F * smoothstep(1.2F, 2.4F, r) +
                                 0.8F * veins * visible(0.08F, point.footprint_cm)));
  if (r < 1.0F + 2 * blur) {
    const float spokes =
        0.5F * noise::value2(turn * 9, r * 1.5F, seed + 2) * visible(0.12F, point.footprint_cm) +
        0.5F * noise::value2(turn * 22, r * 2.5F, seed + 3) * visible(0.06F, point.footprint_cm);
    Eigen::Vector3f iris =
        mix(eyes.inner, eyes.iris, smoothstep(eyes.pupil, eyes.pupil + 0.35F, r + 0.12F * spokes));
    iris *= 1 + 0.55F * spokes;
    iris *= 1 - eyes.limbal * smoothstep(0.72F, 1.0F, r);
    iris = mix(Eigen::Vector3f(0.004F, 0.004F, 0.004F), iris,
               smoothstep(eyes.pupil - 0.5F * blur, eyes.pupil + 0.5F * blur + 0.04F, r));
    s.albedo = mix(iris, s.albedo, smoothstep(1.0F - blur, 1.0F + blur, r));
  }
  // The upper lid and its lashes shade the eye; the corners are pinker.
  const float depth = eye_distance(point.at.rest, subject.rest_landmarks);
  const std::size_t first = point.at.rest.x() > 0 ? 42 : 36;
  const float middle =
      0.5F * (subject.rest_landmarks[first].y() + subject.rest_landmarks[first + 3].y());
  const float upper = smoothstep(middle - 0.35F, middle + 0.25F, point.at.rest.y());
  s.albedo *= 1 - (0.15F + 0.45F * upper) * (1 - smoothstep(-0.02F, 0.30F, depth));
  s.normal = r < 1.2F ? (0.6F * away + 0.4F * point.at.normal).normalized() : point.at.normal;
  s.gloss = 1.1F;
  s.sharpness = 220;
  s.mirror = 0.10F;
  return s;
}

// Brows, lashes and beard: hair by hair, so the pattern is only their differences.
Surface facial_hair_surface(const SubjectMesh& subject, const SurfacePoint& point) {
  const SkinRecipe& skin = subject.recipe.skin;
  const auto seed = std::uint32_t(subject.recipe.noise_seed) ^ 0x27d4eb2fU;
  Surface s;
  const float one = noise::value1(point.at.uv.x() * 3, seed);
  s.albedo = point.at.kind > 1.5F ? Eigen::Vector3f(0.012F, 0.009F, 0.008F)
                                  : Eigen::Vector3f(skin.brow_colour * (1 + 0.45F * one));
  s.normal = point.at.normal;
  s.strands = true;
  s.gloss = 0.04F;
  s.sharpness = 25;
  return s;
}

Surface hair_surface(const SubjectMesh& subject, const SurfacePoint& point) {
  if (point.at.kind > 0.5F) return facial_hair_surface(subject, point);
  const HairRecipe& hair = subject.recipe.hair;
  const auto seed = std::uint32_t(subject.recipe.noise_seed) ^ 0x3c6ef372U;
  const float u = point.at.uv.x();
  const float v = point.at.uv.y();
  const float footprint = point.footprint_cm;
  const bool curly = is_curly(hair);
  // A single hair has no locks, only its own shade.
  const bool single = point.at.edge >= 900;
  float pattern =
      single ? 0.45F * noise::value1(u * 5, seed + 2) : 0;  // -1 dark gap .. 1 light strand
  float slope = 0;                                          // across the strands
  if (curly && !single) {
    const Eigen::Vector3f& p = point.at.rest;
    pattern = 0.55F * noise::fractal3(p, 0.75F, 4, 0.8F, footprint, seed);
    const float d = 0.1F;
    slope = (noise::value3((p + Eigen::Vector3f(d, 0, 0)) / 0.5F, seed) -
             noise::value3(p / 0.5F, seed)) *
            1.2F;
  } else if (!single) {
    // Locks wander a little as they run.
    const float bend = 0.5F * noise::value2(u / 2.2F, v / 5.0F, seed + 1) +
                       hair.wave * 0.5F * std::sin(v * 1.3F + 3 * noise::value1(u / 3, seed + 4));
    float width = 0.9F;
    float weight = 0.42F;
    for (int o = 0; o < 5; ++o) {
      const float share = visible(width, footprint);
      if (share <= 0) break;
      const float x = (u + bend) / width;
      const float here = noise::value2(x, v / (width * 9 + 1.5F), seed + 10 + std::uint32_t(o));
      pattern += weight * share * here;
      if (o < 3) {
        slope +=
            share * weight * 0.8F *
            (noise::value2(x + 0.25F, v / (width * 9 + 1.5F), seed + 10 + std::uint32_t(o)) - here);
      }
      width *= 0.5F;
      weight *= 0.95F;
    }
  }
  Surface s;
  const float strand = noise::value2(u / 0.12F, v / 14.0F, seed + 31) * visible(0.2F, footprint);
  Eigen::Vector3f colour = hair.colour;
  colour = mix(
      colour, Eigen::Vector3f(0.42F, 0.41F, 0.40F),
      hair.grey * (0.55F + 0.45F * (visible(0.2F, footprint) > 0 ? strand + 0.6F * pattern : 0)));
  const float light = 1 + hair.colour_variation * 2.2F * pattern + hair.colour_variation * strand;
  colour *= std::clamp(light, 0.25F, 2.2F);
  // Deep gaps between locks hold shadow.
  colour *= 0.55F + 0.45F * smoothstep(-0.75F, 0.05F, pattern);
  if (hair.root_darkening > 0) {
    colour *= 1 - hair.root_darkening * 0.7F * (1 - smoothstep(0.5F, 4.0F, point.at.root));
  }
  s.albedo = colour;
  s.normal = point.at.normal;
  if (!curly && point.at.tangent.squaredNorm() > 0.1F) {
    const Eigen::Vector3f across = point.at.normal.cross(point.at.tangent);
    s.normal = (s.normal - 1.1F * slope * across).normalized();
  } else {
    s.normal = (s.normal + slope * Eigen::Vector3f(0.5F, 0.3F, 0.2F)).normalized();
  }
  s.strands = !curly && point.at.tangent.squaredNorm() > 0.1F;
  s.gloss = curly ? 0.02F : hair.shine * (0.09F + 0.06F * pattern) * (single ? 0.5F : 1.0F);
  s.sharpness = 25;
  s.shift = 0.10F * pattern + 0.05F * strand;
  return s;
}

Surface surface_of(const SubjectMesh& subject, const SurfacePoint& point) {
  switch (point.part) {
    case Part::kSkin:
      return skin_surface(subject, point);
    case Part::kEye:
      return eye_surface(subject, point);
    case Part::kHair:
      return hair_surface(subject, point);
    case Part::kCloth:
      return cloth_surface(subject, point);
    default:
      break;
  }
  Surface s;
  s.normal = point.at.normal;
  if (point.part == Part::kTeeth) {
    // White where teeth stand, gum-coloured above: the mesh carries both.
    s.albedo = {0.60F, 0.53F, 0.43F};
    s.gloss = 0.1F;
    s.sharpness = 60;
  } else if (point.part == Part::kMouth) {
    s.albedo = {0.22F, 0.06F, 0.05F};
    s.gloss = 0.05F;
  } else if (point.part == Part::kGlasses) {
    s.albedo = subject.recipe.glasses.colour;
    s.gloss = 0.15F;
    s.sharpness = 60;
  }
  return s;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/synth/face_regions.h"
#include "core/synth/noise.h"
#include "core/synth/shading.h"
#include "core/synth/skin_relief.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

using noise::bump;
using noise::fractal3;
using noise::smoothstep;
using noise::value3;
using noise::visible;

Eigen::Vector3f mix(const Eigen::Vector3f& a, const Eigen::Vector3f& b, float t) {
  return a + std::clamp(t, 0.0F, 1.0F) * (b - a);
}

// Spots of random size at random places, one per lattice cell: 0 outside, 1 in the middle.
float spots(const Eigen::Vector3f& p, float cell, float share, std::uint32_t seed) {
  const Eigen::Vector3f q = p / cell;
  const auto ix = std::int32_t(std::floor(q.x()));
  const auto iy = std::int32_t(std::floor(q.y()));
  const auto iz = std::int32_t(std::floor(q.z()));
  float best = 0;
  for (int k = 0; k < 8; ++k) {
    // The eight cells nearest to the point.
    const std::int32_t x = ix + ((k & 1) != 0 ? (q.x() - float(ix) > 0.5F ? 1 : -1) : 0);
    const std::int32_t y = iy + ((k & 2) != 0 ? (q.y() - float(iy) > 0.5F ? 1 : -1) : 0);
    const std::int32_t z = iz + ((k & 4) != 0 ? (q.z() - float(iz) > 0.5F ? 1 : -1) : 0);
    const float u = 0.5F + 0.5F * noise::lattice(x, y, z, seed);
    if (u > share) continue;
    const Eigen::Vector3f at(float(x) + 0.5F + 0.4F * noise::lattice(x, y, z, seed + 1),
                             float(y) + 0.5F + 0.4F * noise::lattice(x, y, z, seed + 2),
                             float(z) + 0.5F + 0.4F * noise::lattice(x, y, z, seed + 3));
    const float radius = 0.18F + 0.22F * u / share;
    best = std::max(best, 1 - smoothstep(0.5F * radius, radius, (q - at).norm()));
  }
  return best;
}

struct Tone {
  float melanin;
  float haemoglobin;
};

Tone tone_at(const SkinRecipe& skin, const Eigen::Vector3f& rest, float footprint,
             std::uint32_t seed) {
  const Eigen::Vector3f r(std::abs(rest.x()), rest.y(), rest.z());
  const float cheeks = bump((r - Eigen::Vector3f(4.6F, 0.3F, 9.3F)).norm(), 2.6F);
  const float nose = bump((r - Eigen::Vector3f(0, 0.2F, 12.8F)).norm(), 1.5F);
  const float chin = bump((r - Eigen::Vector3f(0, -6.6F, 10.4F)).norm(), 1.6F);
  const float ears = smoothstep(7.7F, 8.6F, r.x()) * (1 - smoothstep(5, 8, std::abs(rest.y() - 1)));
  const float lids = bump((r - Eigen::Vector3f(3.2F, 4.4F, 9.5F)).norm(), 1.1F);
  const float under_eye = bump((r - Eigen::Vector3f(2.7F, 2.3F, 9.5F)).norm(), 1.0F);
  const float neck = 1 - smoothstep(-9, -7, rest.y());
  const float coarse = fractal3(rest, 5.0F, 3, 0.6F, footprint, seed);
  const float fine = fractal3(rest, 0.55F, 4, 0.75F, footprint, seed + 11);
  Tone t{skin.melanin, skin.haemoglobin};
  t.haemoglobin += skin.redness * (0.34F * cheeks + 0.38F * nose + 0.16F * chin + 0.40F * ears +
                                   0.15F * lids - 0.1F * neck);
  t.haemoglobin += 0.5F * skin.blush * bump((r - Eigen::Vector3f(5.4F, 0.9F, 8.6F)).norm(), 2.1F);
  t.haemoglobin += skin.mottling * (0.14F * coarse + 0.09F * fine);
  t.haemoglobin += (0.10F + 0.25F * skin.age) * under_eye;
  t.melanin *= 1 + skin.mottling *
                       (0.07F * fractal3(rest, 3.1F, 2, 0.5F, footprint, seed + 23) + 0.05F * fine);
  t.melanin += (0.03F + 0.10F * skin.age) * under_eye * (0.4F + skin.melanin);
  // The forehead and the crown see more sun than the throat.
  t.melanin += 0.025F * smoothstep(-6, 10, rest.y()) - 0.01F;
  return t;
}

void add_marks(const SkinRecipe& skin, const Eigen::Vector3f& rest, float footprint,
               std::uint32_t seed, Tone& tone) {
  if (skin.freckles > 0 && rest.z() > 4 && rest.y() > -5 && visible(0.3F, footprint) > 0) {
    const float where =
        smoothstep(4, 9, rest.z()) * (0.25F + bump((rest.y() - 1.5F), 3.5F)) * skin.freckles;
    const float s = std::max(spots(rest, 0.30F, 0.55F * where, seed + 31),
                             0.7F * spots(rest, 0.5F, 0.3F * where, seed + 37));
    tone.melanin += (0.05F + 0.07F * skin.freckles) * s * visible(0.3F, footprint);
  }
  const float moles = spots(rest, 0.7F, 0.002F + 0.005F * skin.age, seed + 41);
  if (moles > 0) tone.melanin += 0.25F * smoothstep(0.2F, 1.0F, moles) * visible(0.3F, footprint);
}

float brow_cover(const SubjectMesh& subject, const Eigen::Vector3f& rest, float footprint,
                 std::uint32_t seed) {
  const SkinRecipe& skin = subject.recipe.skin;
  const BrowPlace place = brow_place(rest, subject.rest_landmarks);
  const float across = place.across / skin.brow_thickness;
  if (std::abs(across) > 2.2F || skin.brow_density <= 0) return 0;
  // Hairs lean outwards and upwards; their pattern is stretched along that direction.
  const float lean = place.along < 0.25F ? 0.35F : 1.2F;
  const float x = std::abs(rest.x()) + 0.4F * rest.z();
  const float q = x - lean * rest.y();
  const float s = lean * x + rest.y();
  const float hairs =
      0.6F * noise::value2(q / 0.07F, s / 0.6F, seed + 51) * visible(0.12F, footprint) +
      0.5F * noise::value2(q / 0.16F, s / 0.9F, seed + 53) * visible(0.25F, footprint);
  const float edge = 1 - smoothstep(0.35F, 1.25F, std::abs(across) + 0.35F * hairs);
  const float ends =
      smoothstep(-0.22F, 0.08F, place.along) * (1 - smoothstep(0.92F, 1.15F, place.along));
  // The shade under single hairs, which are drawn apart.
  return std::clamp(0.42F * skin.brow_density * edge * ends * (0.85F + 0.6F * hairs), 0.0F, 0.6F);
}

float stubble_cover(const SubjectMesh& subject, const Eigen::Vector3f& rest, float footprint,
                    std::uint32_t seed) {
  const SkinRecipe& skin = subject.recipe.skin;
  if (skin.stubble <= 0) return 0;
  const float weight = beard_weight(rest, subject.rest_landmarks, skin.beard_reach);
  if (weight <= 0) return 0;
  const float patchy = 0.85F + 0.25F * fractal3(rest, 1.6F, 2, 0.5F, footprint, seed + 61);
  const Eigen::Vector3f stretched(rest.x() / 0.06F, rest.y() / 0.22F, rest.z() / 0.06F);
  const float hairs = value3(stretched, seed + 63) * visible(0.1F, footprint);
  const float clumps = value3({rest.x() / 0.25F, rest.y() / 0.7F, rest.z() / 0.25F}, seed + 65) *
                       visible(0.4F, footprint);
  return std::clamp(weight * patchy * skin.stubble * (0.75F + 0.55F * hairs + 0.25F * clumps), 0.0F,
                    0.95F);
}

}  // namespace

Eigen::Vector3f skin_colour(float melanin, float haemoglobin, float warmth) {
  const float m = std::clamp(melanin, 0.0F, 1.3F);
  const float h = std::clamp(haemoglobin, 0.0F, 1.6F);
  // Transmission through a layer of pigment: exp(-absorption), per channel.
  const Eigen::Array3f base(0.72F, 0.565F, 0.48F);
  const Eigen::Array3f melanin_absorption(1.80F, 2.35F, 2.95F);
  const Eigen::Array3f blood_absorption(0.10F, 0.48F, 0.42F);
  Eigen::Array3f colour =
      base *
      (-m * melanin_absorption - h * blood_absorption * (1 - 0.6F * std::min(m, 1.0F))).exp();
  colour *= Eigen::Array3f(1 + 0.03F * warmth, 1, 1 - 0.10F * warmth);
  return colour.matrix();
}

Surface skin_surface(const SubjectMesh& subject, const SurfacePoint& point) {
  const SubjectRecipe& recipe = subject.recipe;
  const SkinRecipe& skin = recipe.skin;
  const auto seed = std::uint32_t(recipe.noise_seed);
  const Eigen::Vector3f& rest = point.at.rest;
  const float footprint = point.footprint_cm;

  Tone tone = tone_at(skin, rest, footprint, seed);
  add_marks(skin, rest, footprint, seed, tone);
  const float lips = lip_distance(rest, subject.rest_landmarks);
  const float lip = lips < -0.5F
                        ? 0.0F  // whatever the noise says
                        : smoothstep(-0.30F, 0.22F, lips + 0.07F * value3(rest / 0.3F, seed + 81));
  Surface s;
  s.albedo = skin_colour(tone.melanin, tone.haemoglobin, skin.warmth);
  if (skin.age > 0.35F) s.albedo *= 1 - 0.35F * (skin.age - 0.35F) * skin_wrinkle(rest, seed);
  if (lip > 0) {
    Eigen::Vector3f colour = skin_colour(tone.melanin * 0.88F + 0.05F, 1.45F + 0.25F * skin.redness,
                                         skin.warmth - 0.3F) *
                             0.86F;
    const float lines = value3({rest.x() / 0.09F, rest.y() / 0.6F, rest.z() / 0.4F}, seed + 83);
    colour *= 1 + 0.10F * lines * visible(0.18F, footprint);
    colour = mix(colour, skin.lip_tint, skin.lip_tint_amount);
    s.albedo = mix(s.albedo, colour, lip * (0.75F + 0.25F * skin.lip_tint_amount));
    // Where the lips meet.
    if (rest.z() < 10.6F && lips > 0.15F)
      s.albedo *= smoothstep(9.2F, 10.8F, rest.z()) * 0.6F + 0.4F;
  }
  // Eyelashes seen as a line along the lids, heavier above; the wet rim inside is pale red.
  const float eye = eye_distance(rest, subject.rest_landmarks);
  if (eye > -1.5F) {
    const std::size_t first = rest.x() > 0 ? 42 : 36;
    const float middle =
        0.5F * (subject.rest_landmarks[first].y() + subject.rest_landmarks[first + 3].y());
    const float upper = smoothstep(middle - 0.25F, middle + 0.2F, rest.y());
    const float width = 0.06F + 0.05F * upper + 0.10F * skin.eyeliner * upper;
    const float strength = (0.2F + 0.3F * upper) + 0.35F * skin.eyeliner;
    const float line = 1 - smoothstep(0.6F * width, 1.6F * width, std::abs(eye + 0.03F));
    s.albedo =
        mix(s.albedo, Eigen::Vector3f(0.02F, 0.014F, 0.012F), line * std::min(strength, 0.95F));
    // The crease and a soft shade of the upper lid.
    const float lid = bump(eye + 0.5F, 0.25F) * upper;
    s.albedo *= 1 - (0.12F + 0.25F * skin.eyeliner) * lid;
    s.albedo = mix(s.albedo, skin.eye_shadow,
                   0.7F * skin.eye_shadow_amount * upper * bump(eye + 0.45F, 0.55F));
    // Between the contour and the eyeball: the wet rim of the lids, pale red.
    if (eye > 0.12F) {
      s.albedo = mix(s.albedo, skin_colour(skin.melanin * 0.5F, 1.2F, 0) * 0.8F,
                     smoothstep(0.12F, 0.2F, eye));
    }
  }
  const float brow = brow_cover(subject, rest, footprint, seed);
  if (brow > 0) s.albedo = mix(s.albedo, skin.brow_colour, brow);
  const float beard = stubble_cover(subject, rest, footprint, seed);
  if (beard > 0) s.albedo = mix(s.albedo, recipe.skin.brow_colour * 0.9F, beard);
  // Hair roots colour the scalp, so that no gap of the hair shows bare skin.
  const bool bald = recipe.hair.mesh.empty() && recipe.hair.style == ProceduralHair::kBald;
  if (!bald) {
    const float scalp = scalp_distance(rest, recipe.hair.hairline, recipe.hair.crown);
    // Far from the hair nothing of it shows.
    const float ragged =
        scalp > -2 ? 0.5F * fractal3(rest, 0.8F, 3, 0.6F, footprint, seed + 91) : 0.0F;
    const bool buzz = recipe.hair.mesh.empty() && recipe.hair.style == ProceduralHair::kBuzz;
    float cover = smoothstep(-0.6F, 1.6F, scalp + ragged);
    const float ear = smoothstep(7.6F, 7.9F, std::abs(rest.x())) *
                      (1 - smoothstep(4.2F, 5.0F, rest.y())) * smoothstep(-2.4F, -1.6F, rest.z());
    cover *= 1 - ear;
    if (cover > 0) {
      const float strands =
          value3({rest.x() / 0.08F, rest.y() / 0.3F, rest.z() / 0.12F}, seed + 93) *
          visible(0.15F, footprint);
      const Eigen::Vector3f root = recipe.hair.colour * (0.7F + 0.3F * strands);
      const float gaps = 0.72F + 0.20F * strands;
      s.albedo = mix(s.albedo, root, cover * (buzz ? gaps - 0.1F : gaps));
    }
    s.gloss *= 1 - cover;
  }
  s.normal = point.at.normal;
  const Eigen::Vector3f slope = skin_relief(skin, point, lips, seed);
  s.normal = (s.normal - (slope - slope.dot(s.normal) * s.normal)).normalized();
  const float oily = 0.55F + 0.9F * bump(rest.x(), 2.6F) * smoothstep(5, 10, rest.z());
  const float fine_grain = visible(0.14F, footprint);
  const float grain =
      1 + (fine_grain > 0 ? 0.5F * value3(rest / 0.09F, seed + 87) * fine_grain : 0.0F) +
      0.3F * fractal3(rest, 0.9F, 2, 0.5F, footprint, seed + 88);
  s.gloss = 0.15F * skin.shine * oily * grain * (1 - brow) * (1 - 0.7F * beard) + 0.10F * lip;
  s.sharpness = lip > 0.5F ? 26.0F : 11.0F;
  s.scatter = 1;
  return s;
}

}  // namespace portrait

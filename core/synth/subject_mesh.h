// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/synth/shadow_map.h"
#include "core/synth/subject_recipe.h"
#include "core/synth/synth_assets.h"

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <vector>

namespace portrait {

// Attributes of a vertex, interpolated over triangles.
struct SubjectVertex {
  Eigen::Vector3f position = Eigen::Vector3f::Zero();  // world units
  Eigen::Vector3f normal = Eigen::Vector3f::UnitZ();   // unit, outward
  // cm, where the point lies on the neutral head: skin patterns live here.
  Eigen::Vector3f rest = Eigen::Vector3f::Zero();
  // Hair: direction of the strand; zero elsewhere.
  Eigen::Vector3f tangent = Eigen::Vector3f::Zero();
  // Hair: (across, along) in cm; cloth, glasses: cm; zero on the head.
  Eigen::Vector2f uv = Eigen::Vector2f::Zero();
  float ambient = 1;  // share of the sky that is visible, cosine-weighted
  float edge = 1e3F;  // hair: cm to the nearest free end
  float root = 0;     // hair: cm from the scalp
  float kind = 0;     // hair: 1 = of brows and beard, 2 = a lash; cloth: 1 = headwear
};

struct EyeBall {
  Eigen::Vector3f centre;  // world
  Eigen::Vector3f gaze;    // unit
  float radius = 0;        // world units
};

// A subject ready to be rendered: triangles in world units plus everything shading needs.
// Immutable after build_subject; may be shared between threads.
struct SubjectMesh {
  SubjectRecipe recipe;
  std::vector<SubjectVertex> vertices;
  std::vector<Triangle> triangles;
  std::vector<Part> part;         // per triangle
  std::vector<std::uint8_t> cut;  // per triangle: 1 = needs the per-point test keeps_point()
  std::size_t solid = 0;          // triangles before the single hairs, which cast no shadow
  std::array<Eigen::Vector3f, 68> landmarks;       // world
  std::array<Eigen::Vector3f, 68> rest_landmarks;  // cm, on the neutral head
  std::array<EyeBall, 2> eyes;                     // left (+X), right
  std::vector<ShadowMap> shadows;                  // one per light
};

// Same assets and recipe: same bytes, whatever the number of threads.
SubjectMesh build_subject(const SynthAssets& assets, const SubjectRecipe& recipe);

// A point of the surface, all attributes interpolated; normal and tangent renormalised.
struct SurfacePoint {
  Part part = Part::kNone;
  SubjectVertex at;
  float footprint_cm = 0.05F;  // width of a pixel there: finer patterns are faded out
};

SurfacePoint surface_point(const SubjectMesh& subject, std::uint32_t triangle,
                           const Eigen::Vector3f& barycentric);

// False where a hair card is cut out or the point lies outside the cube [-0.5, 0.5]^3.
bool keeps_point(const SubjectMesh& subject, Part part, const SubjectVertex& at);

enum class Specular : std::uint8_t {
  kNone,       // radiance does not depend on the viewer: views agree exactly
  kFrontView,  // highlights as seen from +Z whatever the viewer: also view independent
  kViewer,     // as a camera sees it
};

// Linear RGB reflectance, procedural, sharp at any resolution.
Eigen::Vector3f albedo(const SubjectMesh& subject, const SurfacePoint& point);

// Linear RGB radiance towards `eye` (world position; used by Specular::kViewer only).
Eigen::Vector3f radiance(const SubjectMesh& subject, const SurfacePoint& point,
                         const Eigen::Vector3f& eye, Specular specular);

// Linear radiance -> sRGB-encoded [0, 1] with a soft shoulder.
Eigen::Vector3f tone_map(const Eigen::Vector3f& linear);

// Points spread evenly by area over the surface inside the cube, hidden surfaces included.
struct SurfaceSamples {
  std::vector<Eigen::Vector3f> position;  // world
  std::vector<Eigen::Vector3f> normal;
  std::vector<Eigen::Vector3f> rgb;  // as rendered without specular, sRGB-encoded
  std::vector<Part> part;
};
SurfaceSamples sample_surface(const SubjectMesh& subject, int count, const RandomKey& key);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/synth/noise.h"
#include "core/synth/shading.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// The nine real spherical harmonics up to second order, without their constants, which the
// recipe's coefficients contain.
Eigen::Vector3f sky_light(const LightRecipe& light, const Eigen::Vector3f& n) {
  Eigen::Matrix<float, 1, 9> basis;
  basis << 1, n.y(), n.z(), n.x(), n.x() * n.y(), n.y() * n.z(), 3 * n.z() * n.z() - 1,
      n.x() * n.z(), n.x() * n.x() - n.y() * n.y();
  return (basis * light.ambient).transpose().cwiseMax(0.0F);
}

constexpr float kUncut = 900;  // cm from an end: single hairs, which end by themselves

// Light that bleeds through skin past the terminator, red farthest.
// Fine relief is blurred by it too, so red sees the smooth surface's cosine `flat` the most.
Eigen::Vector3f diffuse_falloff(float cosine, float flat, float scatter) {
  const Eigen::Vector3f wrap = scatter * Eigen::Vector3f(0.34F, 0.15F, 0.10F);
  const Eigen::Vector3f smooth = scatter * Eigen::Vector3f(0.75F, 0.40F, 0.25F);
  Eigen::Vector3f result;
  for (int k = 0; k < 3; ++k) {
    const float mixed = cosine + smooth[k] * (flat - cosine);
    const float v = std::max(0.0F, (mixed + wrap[k]) / (1 + wrap[k]));
    result[k] = v / (1 + wrap[k]);
  }
  return result;
}

// Half-lit skin is redder: light enters beside the shadow's edge.
Eigen::Vector3f shadow_tint(float lit, float scatter) {
  const float edge = scatter * lit * (1 - lit);
  return {lit + 0.45F * edge, lit + 0.05F * edge, lit};
}

// Strength of a light's highlight towards the viewer, relative to its irradiance.
Eigen::Vector3f highlight_of(const Surface& s, const SurfacePoint& point,
                             const Eigen::Vector3f& light, const Eigen::Vector3f& viewer,
                             float cosine) {
  const Eigen::Vector3f half = (light + viewer).normalized();
  if (s.strands) {
    // Two lobes, after Marschner et al. 2003: a white one off the cuticle towards the tip and a
    // broad one of the hair's own colour that went through it.
    const auto lobe = [&](float shift, float exponent) {
      const float t = (point.at.tangent + shift * s.normal).normalized().dot(half);
      return std::pow(std::max(0.0F, 1 - t * t), exponent);
    };
    const float first = 0.55F * s.gloss * lobe(0.10F + s.shift, 2 * s.sharpness);
    const float through = 6.0F * s.gloss * lobe(-0.14F + s.shift, 0.5F * s.sharpness);
    return Eigen::Vector3f::Constant(first) + through * s.albedo;
  }
  const float facing = std::max(0.0F, s.normal.dot(half));
  float lobe = std::pow(facing, s.sharpness);
  if (s.scatter > 0) {
    // Skin: oil over a rough surface, and more of both at grazing angles.
    const float away = 1 - std::clamp(half.dot(viewer), 0.0F, 1.0F);
    const float grazing = away * away * away * away * away;
    lobe = (0.75F + 0.55F * lobe * lobe * lobe) * lobe * (1 + 12 * grazing) *
           std::min(1.0F, 0.3F + cosine);
  }
  return Eigen::Vector3f::Constant(s.gloss * lobe);
}

}  // namespace

SurfacePoint surface_point(const SubjectMesh& subject, std::uint32_t triangle,
                           const Eigen::Vector3f& barycentric) {
  const Triangle& c = subject.triangles[triangle];
  const SubjectVertex& a = subject.vertices[c[0]];
  const SubjectVertex& b = subject.vertices[c[1]];
  const SubjectVertex& d = subject.vertices[c[2]];
  const float wa = barycentric.x();
  const float wb = barycentric.y();
  const float wd = barycentric.z();
  SurfacePoint point;
  point.part = subject.part[triangle];
  point.at.position = wa * a.position + wb * b.position + wd * d.position;
  point.at.normal = (wa * a.normal + wb * b.normal + wd * d.normal).normalized();
  point.at.rest = wa * a.rest + wb * b.rest + wd * d.rest;
  point.at.tangent = wa * a.tangent + wb * b.tangent + wd * d.tangent;
  if (point.at.tangent.squaredNorm() > 1e-8F) point.at.tangent.normalize();
  point.at.uv = wa * a.uv + wb * b.uv + wd * d.uv;
  point.at.ambient = wa * a.ambient + wb * b.ambient + wd * d.ambient;
  point.at.edge = wa * a.edge + wb * b.edge + wd * d.edge;
  point.at.root = wa * a.root + wb * b.root + wd * d.root;
  point.at.kind = a.kind;
  return point;
}

bool keeps_point(const SubjectMesh& subject, Part part, const SubjectVertex& at) {
  if (at.position.cwiseAbs().maxCoeff() > 0.5F) return false;
  if (part != Part::kHair || at.edge >= kUncut) return true;
  const HairRecipe& hair = subject.recipe.hair;
  if (!hair.mesh.empty() && on_cheek(at, hair)) return false;
  const auto seed = std::uint32_t(subject.recipe.noise_seed) ^ 0x9d2c5680U;
  if (is_curly(hair)) {
    // Curls end in tufts.
    return !hair.mesh.empty() || at.edge > 0.45F + 0.45F * noise::value3(at.rest / 0.8F, seed + 3) +
                                               0.25F * noise::value3(at.rest / 0.25F, seed + 4);
  }
  const float u = at.uv.x();
  const float v = at.uv.y();
  // Strands end at different lengths: coarse locks, then single hairs.
  const float ends = 0.45F + 0.25F * noise::value2(u / 0.7F, v / 6, seed) +
                     0.30F * noise::value2(u / 0.09F, v / 4, seed + 1);
  return at.edge > hair.raggedness_cm * std::max(ends, 0.0F);
}

Eigen::Vector3f albedo(const SubjectMesh& subject, const SurfacePoint& point) {
  return surface_of(subject, point).albedo;
}

Eigen::Vector3f radiance(const SubjectMesh& subject, const SurfacePoint& point,
                         const Eigen::Vector3f& eye, Specular specular) {
  const Surface s = surface_of(subject, point);
  const LightRecipe& light = subject.recipe.light;
  const float open = point.at.ambient;
  // Bright surfaces light their own hollows; dark ones do not (Jimenez et al. 2016).
  Eigen::Vector3f occlusion;
  for (int k = 0; k < 3; ++k) {
    const float a = s.albedo[k];
    occlusion[k] = std::max(
        open,
        ((open * (2.04F * a - 0.33F) + (-4.80F * a + 0.64F)) * open + (2.76F * a + 0.69F)) * open);
  }
  Eigen::Vector3f incoming = sky_light(light, s.normal).cwiseProduct(occlusion);
  const Eigen::Vector3f viewer = specular == Specular::kViewer
                                     ? Eigen::Vector3f((eye - point.at.position).normalized())
                                     : Eigen::Vector3f(0, 0, 1);
  Eigen::Vector3f highlight = Eigen::Vector3f::Zero();
  for (std::size_t i = 0; i < light.lights.size(); ++i) {
    const DirectionalLight& l = light.lights[i];
    float cosine = s.normal.dot(l.direction);
    const float flat = point.at.normal.dot(l.direction);
    if (s.strands) {
      // Kajiya and Kay: a fibre is lit from all sides across it; kept partly a surface, or hair
      // facing away from the light would glow.
      const float along = point.at.tangent.dot(l.direction);
      const float fibre = std::sqrt(std::max(0.0F, 1 - along * along));
      cosine =
          0.55F * std::max(cosine, 0.0F) + 0.45F * fibre * noise::smoothstep(-0.35F, 0.6F, flat);
    }
    if (cosine <= (s.scatter > 0 ? -0.3F : 0.0F)) continue;
    const float slope = std::max(0.0F, 1 - std::abs(flat));
    const float bias = 0.006F + 0.02F * slope + (point.part == Part::kHair ? 0.006F : 0.0F);
    const float lit =
        subject.shadows.empty()
            ? 1.0F
            : subject.shadows[i].lit(point.at.position + 0.004F * point.at.normal, bias);
    if (lit <= 0) continue;
    incoming += diffuse_falloff(cosine, flat, s.scatter)
                    .cwiseProduct(shadow_tint(lit, s.scatter))
                    .cwiseProduct(l.colour);
    // Eyes keep their light, as seen from the front, even where highlights are off: without it
    // they look dead. It does not depend on the viewer then.
    const bool shines = specular != Specular::kNone || point.part == Part::kEye;
    if (!shines || s.gloss <= 0 || cosine <= 0) continue;
    highlight += lit * highlight_of(s, point, l.direction, viewer, cosine).cwiseProduct(l.colour);
  }
  if (s.mirror > 0) {
    // The room in the wet eye: bright above, dark below.
    const Eigen::Vector3f view = specular == Specular::kViewer ? viewer : Eigen::Vector3f(0, 0, 1);
    const Eigen::Vector3f mirrored = 2 * s.normal.dot(view) * s.normal - view;
    highlight += s.mirror * noise::smoothstep(0.15F, 0.55F, mirrored.y()) * open *
                 sky_light(light, mirrored);
  }
  return s.albedo.cwiseProduct(incoming) + highlight;
}

Eigen::Vector3f tone_map(const Eigen::Vector3f& linear) {
  Eigen::Vector3f encoded;
  for (int k = 0; k < 3; ++k) {
    float v = std::max(linear[k], 0.0F);
    // Straight up to 0.6, then bending towards 1.
    if (v > 0.6F) v = 0.6F + 0.4F * (1 - std::exp(-(v - 0.6F) / 0.4F));
    encoded[k] = v <= 0.0031308F ? 12.92F * v : 1.055F * std::pow(v, 1 / 2.4F) - 0.055F;
  }
  return encoded;
}

SurfaceSamples sample_surface(const SubjectMesh& subject, int count, const RandomKey& key) {
  std::vector<double> cumulative(subject.triangles.size());
  double total = 0;
  for (std::size_t t = 0; t < subject.triangles.size(); ++t) {
    const Triangle& c = subject.triangles[t];
    const Eigen::Vector3f& a = subject.vertices[c[0]].position;
    total +=
        (subject.vertices[c[1]].position - a).cross(subject.vertices[c[2]].position - a).norm();
    cumulative[t] = total;
  }
  SurfaceSamples samples;
  RandomStream random(key);
  for (int i = 0, tries = 0; i < count && tries < 20 * count; ++tries) {
    const double pick = random.uniform() * total;
    auto t = std::uint32_t(std::lower_bound(cumulative.begin(), cumulative.end(), pick) -
                           cumulative.begin());
    t = std::min(t, std::uint32_t(cumulative.size() - 1));
    const float root = std::sqrt(float(random.uniform()));
    const float second = float(random.uniform());
    const SurfacePoint point =
        surface_point(subject, t, {1 - root, root * (1 - second), root * second});
    if (subject.cut[t] != 0 && !keeps_point(subject, point.part, point.at)) continue;
    samples.position.push_back(point.at.position);
    samples.normal.push_back(point.at.normal);
    samples.part.push_back(point.part);
    samples.rgb.push_back(
        tone_map(radiance(subject, point, Eigen::Vector3f(0, 0, 10), Specular::kNone)));
    ++i;
  }
  return samples;
}

}  // namespace portrait

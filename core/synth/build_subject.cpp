// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/synth/head_shape.h"
#include "core/synth/noise.h"
#include "core/synth/subject_mesh.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace portrait {
namespace {

constexpr int kSkyDirections = 26;
constexpr int kSkyMapSize = 128;
constexpr int kShadowMapSize = 576;
constexpr float kHalf = 0.5F;

EyeBall measure_eye(const HeadModel& head, const HeadShape& shape, HeadRegion region) {
  // Front pole of the neutral eye: the tip of the cornea, which looks ahead.
  std::vector<bool> used(head.neutral.size(), false);
  Eigen::Vector3f centre = Eigen::Vector3f::Zero();
  Eigen::Vector3f neutral_centre = Eigen::Vector3f::Zero();
  int count = 0;
  std::uint32_t tip = 0;
  for (std::size_t t = 0; t < head.triangles.size(); ++t) {
    if (head.region[t] != region) continue;
    for (std::uint32_t v : head.triangles[t]) {
      if (used[v]) continue;
      used[v] = true;
      if (count == 0 || head.neutral[v].z() > head.neutral[tip].z()) tip = v;
      centre += shape.points[v];
      neutral_centre += head.neutral[v];
      ++count;
    }
  }
  check(count > 0, ErrorCode::kCorrupt, "the head model has no eyes");
  centre /= float(count);
  EyeBall eye;
  eye.centre = world_from_cm(centre);
  eye.gaze = (shape.points[tip] - centre).normalized();
  eye.radius = (shape.points[tip] - centre).norm() / 40.0F;
  return eye;
}

// Turns what lies below the chin about the middle of the neck, the more the lower, up to the
// collar; all parts alike, so that none comes through another. Centimetres.
class Posture {
 public:
  explicit Posture(const PostureRecipe& recipe) {
    const Eigen::Vector3f degrees(recipe.pitch_deg, recipe.yaw_deg, recipe.roll_deg);
    turn_ = degrees * (std::numbers::pi_v<float> / 180);
  }
  Eigen::Vector3f placed(const Eigen::Vector3f& position) const {
    const float height = position.y();
    Eigen::Vector3f moved = kPivot + rotation(height) * (position - kPivot);
    // What ends at the cube's bottom goes on ending there, or the bust would stand open.
    moved.y() += noise::smoothstep(kWaist, kBottom, height) * (height - moved.y());
    return moved;
  }
  void place(SubjectVertex& vertex) const {
    if (vertex.position.y() >= kChin) return;
    const Eigen::Matrix3f turn = rotation(vertex.position.y());
    vertex.position = placed(vertex.position);
    vertex.normal = turn * vertex.normal;
    vertex.tangent = turn * vertex.tangent;
  }

 private:
  Eigen::Matrix3f rotation(float height) const {
    const Eigen::Vector3f turn = turn_ * noise::smoothstep(kChin, kCollar, height);
    if (turn.norm() < 1e-6F) return Eigen::Matrix3f::Identity();
    return Eigen::AngleAxisf(turn.norm(), turn.normalized()).toRotationMatrix();
  }

  static constexpr float kChin = -8.2F;
  static constexpr float kCollar = -13.5F;
  static constexpr float kWaist = -16.5F;
  static constexpr float kBottom = -20.9F;
  inline static const Eigen::Vector3f kPivot{0, -9.5F, -1.2F};
  Eigen::Vector3f turn_;
};

bool outside(const Eigen::Vector3f& a, const Eigen::Vector3f& b, const Eigen::Vector3f& c) {
  for (int k = 0; k < 3; ++k) {
    if (std::min({a[k], b[k], c[k]}) > kHalf || std::max({a[k], b[k], c[k]}) < -kHalf) return true;
  }
  return false;
}

bool straddles(const Eigen::Vector3f& a, const Eigen::Vector3f& b, const Eigen::Vector3f& c) {
  return std::max({a.cwiseAbs().maxCoeff(), b.cwiseAbs().maxCoeff(), c.cwiseAbs().maxCoeff()}) >
         kHalf;
}

// Directions spread evenly over the sphere (a spiral).
Eigen::Vector3f sky_direction(int i) {
  const float y = 1 - 2 * (float(i) + 0.5F) / kSkyDirections;
  const float across = std::sqrt(1 - y * y);
  const float angle = 2.39996323F * float(i);
  return {across * std::cos(angle), y, across * std::sin(angle)};
}

// Neither the single hairs cast shadows nor what the closed mouth hides. Skin is closed, so only
// its sides towards the light count.
ShadowCasters casters_of(const SubjectMesh& subject, std::size_t first_strand) {
  ShadowCasters casters;
  for (std::size_t v = 0; v < first_strand; ++v)
    casters.positions.push_back(subject.vertices[v].position);
  for (std::size_t t = 0; t < subject.solid; ++t) {
    const Triangle& c = subject.triangles[t];
    if (subject.part[t] == Part::kMouth || subject.part[t] == Part::kTeeth) continue;
    if (subject.part[t] != Part::kSkin) {
      casters.open.push_back(c);
      continue;
    }
    casters.closed.push_back(c);
    const Eigen::Vector3f& corner = casters.positions[c[0]];
    casters.facing.push_back(
        (casters.positions[c[1]] - corner).cross(casters.positions[c[2]] - corner));
  }
  return casters;
}

void bake_sky(SubjectMesh& subject, const ShadowCasters& casters, std::size_t first_strand) {
  std::vector<ShadowMap> maps;
  std::array<Eigen::Vector3f, kSkyDirections> sky;
  for (int i = 0; i < kSkyDirections; ++i) {
    sky[std::size_t(i)] = sky_direction(i);
    maps.emplace_back(sky_direction(i), kSkyMapSize);
  }
  parallel_for(kSkyDirections, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      maps[std::size_t(i)].draw(casters);
  });
  const auto visible_sky = [&](const SubjectVertex& vertex) {
    const Eigen::Vector3f lifted = vertex.position + 0.008F * vertex.normal;
    float seen = 0;
    float all = 0;
    for (std::size_t i = 0; i < kSkyDirections; ++i) {
      const float cosine = sky[i].dot(vertex.normal);
      if (cosine <= 0) continue;
      all += cosine;
      if (maps[i].sees(lifted, 0.012F)) seen += cosine;
    }
    return all > 0 ? seen / all : 1;
  };
  // A single hair has the sky of its root; its vertices follow each other and share uv.x.
  const auto follows = [&](std::size_t v) {
    return v > first_strand && subject.vertices[v].uv.x() == subject.vertices[v - 1].uv.x();
  };
  parallel_for(std::int64_t(subject.vertices.size()), 512,
               [&](std::int64_t begin, std::int64_t end) {
                 for (auto v = std::size_t(begin); v < std::size_t(end); ++v) {
                   SubjectVertex& vertex = subject.vertices[v];
                   if (!follows(v)) vertex.ambient = visible_sky(vertex);
                 }
               });
  for (std::size_t v = first_strand; v < subject.vertices.size(); ++v) {
    if (follows(v)) subject.vertices[v].ambient = subject.vertices[v - 1].ambient;
  }
}

}  // namespace

SubjectMesh build_subject(const SynthAssets& assets, const SubjectRecipe& recipe) {
  const HeadShape shape = deform_head(assets.head, recipe);
  MeshBuilder builder;
  add_head(assets.head, shape, recipe, builder);
  const std::size_t head_triangles = builder.triangles.size();
  add_hair(assets, shape, recipe, builder);
  const std::size_t hair_triangles = builder.triangles.size();
  add_cloth(shape, recipe, builder);
  add_glasses(assets.head, shape, recipe, builder);
  add_headwear(shape, recipe, builder);
  const std::size_t solid = builder.triangles.size();
  const std::size_t first_strand = builder.vertices.size();
  add_skin_hairs(assets.head, shape, recipe, head_triangles, builder);
  add_head_hairs(recipe, head_triangles, head_triangles, hair_triangles, builder);

  SubjectMesh subject;
  subject.recipe = recipe;
  const Posture posture(recipe.posture);
  for (SubjectVertex& v : builder.vertices) {
    posture.place(v);
    v.position = world_from_cm(v.position);
  }
  subject.vertices = std::move(builder.vertices);
  for (std::size_t t = 0; t < builder.triangles.size(); ++t) {
    if (t == solid) subject.solid = subject.triangles.size();
    const Triangle& c = builder.triangles[t];
    const Eigen::Vector3f& p0 = subject.vertices[c[0]].position;
    const Eigen::Vector3f& p1 = subject.vertices[c[1]].position;
    const Eigen::Vector3f& p2 = subject.vertices[c[2]].position;
    if (outside(p0, p1, p2)) continue;
    subject.triangles.push_back(c);
    subject.part.push_back(builder.part[t]);
    subject.cut.push_back(std::uint8_t(builder.cut[t] != 0 || straddles(p0, p1, p2)));
  }
  for (std::size_t i = 0; i < 68; ++i) {
    subject.landmarks[i] =
        world_from_cm(posture.placed(shape.points[assets.head.landmarks[i]]));
    subject.rest_landmarks[i] = assets.head.neutral[assets.head.landmarks[i]];
  }
  subject.eyes[0] = measure_eye(assets.head, shape, HeadRegion::kEyeLeft);
  subject.eyes[1] = measure_eye(assets.head, shape, HeadRegion::kEyeRight);
  const ShadowCasters casters = casters_of(subject, first_strand);
  bake_sky(subject, casters, first_strand);
  for (const DirectionalLight& light : recipe.light.lights) {
    subject.shadows.emplace_back(light.direction, kShadowMapSize, light.softness * 0.25F);
  }
  parallel_for(std::int64_t(subject.shadows.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      subject.shadows[std::size_t(i)].draw(casters);
    }
  });
  return subject;
}

}  // namespace portrait

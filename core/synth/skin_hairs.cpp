// SPDX-License-Identifier: Apache-2.0
// Brows, lashes and beards as single hairs on the skin.
#include "core/synth/face_regions.h"
#include "core/synth/head_shape.h"
#include "core/synth/noise.h"
#include "core/synth/strand_ribbons.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr int kBrowHairs = 950;     // both, at full density
constexpr int kLashes = 34;         // of one upper lid
constexpr float kBeardPerCm2 = 42;  // at full density
constexpr int kMostBeardHairs = 7500;

Eigen::Vector3f on_surface(const Eigen::Vector3f& direction, const Eigen::Vector3f& normal) {
  const Eigen::Vector3f flat = direction - direction.dot(normal) * normal;
  return flat.squaredNorm() > 1e-8F ? Eigen::Vector3f(flat.normalized()) : direction;
}

class SkinHairs {
 public:
  SkinHairs(const Landmarks& rest, const Landmarks& now, const SubjectRecipe& recipe,
            MeshBuilder& builder)
      : rest_(rest), now_(now), recipe_(recipe), builder_(builder) {}

  // skin: the number of the builder's triangles that are the head's.
  void add_brows(std::size_t skin) {
    SurfaceSampler sampler(builder_);
    for_skin(skin, [&](std::uint32_t t, const Eigen::Vector3f& r) {
      if (r.z() > 5 && r.y() > 3.8F && r.y() < 8 && std::abs(r.x()) < 7.2F) sampler.take(t);
    });
    if (sampler.empty()) return;
    RandomStream random = stream("synth.brows");
    const SkinRecipe& look = recipe_.skin;
    std::vector<StrandShape> strands;
    const int wanted = int(kBrowHairs * look.brow_density * look.brow_thickness);
    for (int tries = 0; tries < 60 * wanted && int(strands.size()) < wanted; ++tries) {
      StrandShape hair;
      hair.root = sampler.draw(random);
      const BrowPlace place = brow_place(hair.root.rest, rest_);
      const float across = place.across / look.brow_thickness;
      const float chance = (1 - across * across) * noise::smoothstep(-0.2F, 0.1F, place.along) *
                           (1 - noise::smoothstep(0.95F, 1.2F, place.along));
      if (std::abs(across) >= 1 || float(random.uniform()) > 0.25F + chance) continue;
      // The inner end grows upwards, the rest outwards; both edges lean to the middle.
      const float along = std::clamp(place.along, 0.0F, 1.0F);
      const float angle = 1.25F - 1.15F * noise::smoothstep(0, 0.45F, along) - 0.35F * across -
                          0.35F * along + 0.14F * float(random.normal());
      const float outwards = hair.root.rest.x() > 0 ? 1.0F : -1.0F;
      const Eigen::Vector3f lean(outwards * std::cos(angle), std::sin(angle), 0);
      hair.root.tangent = on_surface(lean, hair.root.normal) + 0.12F * hair.root.normal;
      hair.length_cm = float(random.uniform(0.45, 0.8)) * (1 - 0.35F * along);
      hair.width_cm = float(random.uniform(0.018, 0.034));
      hair.curvature = 0.35F;
      hair.twist_rad = float(random.normal(0, 0.3));
      hair.segments = 2;
      strands.push_back(hair);
    }
    finish(strands, random);
  }

  void add_lashes() {
    RandomStream random = stream("synth.lashes");
    std::vector<StrandShape> strands;
    const float made_up = recipe_.skin.eyeliner;
    for (int side = 0; side < 2; ++side) {
      // Outer to inner corner on the right eye, inner to outer on the left one.
      const std::size_t first = side == 0 ? 36 : 42;
      const Eigen::Vector3f middle =
          0.5F * (now_[first] + now_[first + 3]) - Eigen::Vector3f(0, 0, 1.2F);
      for (int lower = 0; lower < 2; ++lower) {
        const std::size_t lid[4] = {first, lower ? first + 5 : first + 1,
                                    lower ? first + 4 : first + 2, first + 3};
        const int count = lower ? kLashes / 2 : kLashes + int(16 * made_up);
        for (int i = 0; i < count; ++i) {
          const float t = (float(i) + float(random.uniform())) / float(count);
          StrandShape hair;
          hair.root.position = along_lid(lid, t);
          hair.root.rest = hair.root.position;
          hair.root.normal = (hair.root.position - middle).normalized();
          const float outer = side == 0 ? 1 - t : t;
          const float fan = (side == 0 ? -1.0F : 1.0F) * (1.1F * outer - 0.35F);
          const float lift = lower ? -0.55F : 0.25F;
          hair.root.tangent =
              Eigen::Vector3f(fan, lift + 0.12F * float(random.normal()), 1.15F).normalized();
          const float full = std::sin(3.1416F * std::clamp(0.12F + 0.8F * outer, 0.0F, 1.0F));
          hair.length_cm = (lower ? 0.32F : 0.62F + 0.3F * made_up) * (0.55F + 0.45F * full) *
                           float(random.uniform(0.75, 1.1));
          hair.width_cm = lower ? 0.022F : 0.034F + 0.02F * made_up;
          hair.gravity = lower ? -0.3F : -2.0F;
          hair.twist_rad = float(random.uniform(-1.2, 1.2));
          hair.segments = 2;
          strands.push_back(hair);
        }
      }
    }
    for (StrandShape& hair : strands) hair.root.kind = 2;
    finish(strands, random);
  }

  void add_beard(std::size_t skin) {
    const SkinRecipe& look = recipe_.skin;
    if (look.beard_cm <= 0) return;
    SurfaceSampler sampler(builder_);
    for_skin(skin, [&](std::uint32_t t, const Eigen::Vector3f& r) {
      if (beard_weight(r, rest_, look.beard_reach) > 0.05F) sampler.take(t);
    });
    if (sampler.empty()) return;
    RandomStream random = stream("synth.beard");
    std::vector<StrandShape> strands;
    const int wanted =
        std::min(kMostBeardHairs, int(kBeardPerCm2 * float(sampler.area_cm2()) * look.stubble));
    for (int tries = 0; tries < 4 * wanted && int(strands.size()) < wanted; ++tries) {
      StrandShape hair;
      hair.root = sampler.draw(random);
      const float weight = beard_weight(hair.root.rest, rest_, look.beard_reach);
      if (float(random.uniform()) > weight) continue;
      // Down and away from the middle; the moustache parts under the nose.
      const Eigen::Vector3f& r = hair.root.rest;
      const bool lip = r.y() > -3.4F && std::abs(r.x()) < 3.2F;
      const float spread = lip ? 0.5F * r.x() : 0.06F * r.x();
      Eigen::Vector3f down(spread, -1, 0.15F);
      down.x() += 0.22F * float(random.normal());
      const float stand = 0.2F + 0.35F * std::min(look.beard_cm, 1.0F) * float(random.uniform());
      hair.root.tangent = on_surface(down, hair.root.normal) + stand * hair.root.normal;
      const float most = lip ? std::min(look.beard_cm, 0.9F) : look.beard_cm;
      const float chin = noise::bump(r.x(), 4.0F) * noise::smoothstep(-3.0F, -7.0F, r.y());
      hair.length_cm = std::max(
          0.25F, most * (0.35F + 0.65F * (lip ? 1.0F : chin)) * float(random.uniform(0.6, 1.1)));
      hair.width_cm = float(random.uniform(0.025, 0.05));
      hair.gravity = 0.35F;
      hair.curl_cm = 0.10F * look.beard_curl * std::min(1.0F, look.beard_cm);
      hair.curl_turns = 0.8F * hair.length_cm;
      hair.twist_rad = float(random.uniform(-1.3, 1.3));
      hair.segments = hair.length_cm > 1.2F ? 4 : 2;
      strands.push_back(hair);
    }
    finish(strands, random);
  }

 private:
  RandomStream stream(const char* purpose) const {
    return RandomStream({recipe_.noise_seed, random_purpose(purpose), 0, 0});
  }

  template <typename Use>
  void for_skin(std::size_t triangles, Use&& use) const {
    for (std::size_t t = 0; t < triangles; ++t) {
      if (builder_.part[t] != Part::kSkin) continue;
      const Triangle& c = builder_.triangles[t];
      use(std::uint32_t(t), (builder_.vertices[c[0]].rest + builder_.vertices[c[1]].rest +
                             builder_.vertices[c[2]].rest) /
                                3.0F);
    }
  }

  // Catmull-Rom through the four points of a lid, its ends doubled.
  Eigen::Vector3f along_lid(const std::size_t (&lid)[4], float t) const {
    const float s = std::clamp(t, 0.0F, 0.9999F) * 3;
    const int i = int(s);
    const float u = s - float(i);
    const auto at = [&](int k) { return now_[lid[std::size_t(std::clamp(k, 0, 3))]]; };
    const Eigen::Vector3f a = at(i - 1);
    const Eigen::Vector3f b = at(i);
    const Eigen::Vector3f c = at(i + 1);
    const Eigen::Vector3f d = at(i + 2);
    return 0.5F * (2 * b + u * (c - a) + u * u * (2 * a - 5 * b + 4 * c - d) +
                   u * u * u * (3 * b - a - 3 * c + d));
  }

  void finish(std::vector<StrandShape>& strands, RandomStream& random) {
    for (StrandShape& hair : strands) {
      if (hair.root.kind == 0) hair.root.kind = 1;
      hair.root.uv = {float(random.uniform(0, 400)), 0};
      hair.root.edge = 1e3F;
      hair.root.root = 1;
      hair.root.position += 0.01F * hair.root.normal;
      add_strand(hair, builder_);
    }
  }

  const Landmarks& rest_;
  const Landmarks& now_;
  const SubjectRecipe& recipe_;
  MeshBuilder& builder_;
};

}  // namespace

void add_skin_hairs(const HeadModel& head, const HeadShape& shape, const SubjectRecipe& recipe,
                    std::size_t head_triangles, MeshBuilder& builder) {
  Landmarks rest;
  Landmarks now;
  for (std::size_t i = 0; i < 68; ++i) {
    rest[i] = head.neutral[head.landmarks[i]];
    now[i] = shape.points[head.landmarks[i]];
  }
  SkinHairs hairs(rest, now, recipe, builder);
  hairs.add_brows(head_triangles);
  hairs.add_lashes();
  hairs.add_beard(head_triangles);
}

}  // namespace portrait

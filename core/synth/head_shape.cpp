// SPDX-License-Identifier: Apache-2.0
#include "core/synth/head_shape.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

bool is_skin(HeadRegion region) {
  return region == HeadRegion::kFace || region == HeadRegion::kBackHead;
}

bool is_ear(const Eigen::Vector3f& rest) {
  return std::abs(rest.x()) > 7.55F && rest.y() > -3 && rest.y() < 4.6F && rest.z() < 2.2F &&
         rest.z() > -3;
}

struct Mode {
  const float* offsets;
  float weight;
};

void add_modes(const std::vector<Mode>& modes, std::vector<Eigen::Vector3f>& points) {
  parallel_for(std::int64_t(points.size()), 2048, [&](std::int64_t begin, std::int64_t end) {
    for (const Mode& m : modes) {
      for (std::int64_t v = begin; v < end; ++v) {
        points[std::size_t(v)] += m.weight * Eigen::Map<const Eigen::Vector3f>(m.offsets + v * 3);
      }
    }
  });
}

std::vector<Eigen::Vector3f> vertex_normals(const std::vector<Eigen::Vector3f>& points,
                                            const std::vector<Triangle>& triangles) {
  std::vector<Eigen::Vector3f> normals(points.size(), Eigen::Vector3f::Zero());
  for (const Triangle& t : triangles) {
    const Eigen::Vector3f n = (points[t[1]] - points[t[0]]).cross(points[t[2]] - points[t[0]]);
    for (std::uint32_t v : t) normals[v] += n;
  }
  for (Eigen::Vector3f& n : normals) n.normalize();
  return normals;
}

// How a heavier (build > 0) or thinner face moves a point: cheeks, jaw, chin and neck.
Eigen::Vector3f build_move(const Eigen::Vector3f& rest, float build) {
  const auto ramp = [](float low, float high, float x) {
    const float t = std::clamp((x - low) / (high - low), 0.0F, 1.0F);
    return t * t * (3 - 2 * t);
  };
  // Neither the eyes nor the mouth's inside grow; the shoulders stay for the garment.
  const float lower = (1 - ramp(-1.5F, 2.8F, rest.y())) * ramp(-15.0F, -11.0F, rest.y());
  const float cheek = lower * ramp(2.0F, 5.5F, std::abs(rest.x()));
  const float neck = (1 - ramp(-9.5F, -6.5F, rest.y())) * ramp(-15.0F, -11.0F, rest.y());
  Eigen::Vector3f move = Eigen::Vector3f::Zero();
  move.x() = build * std::copysign(0.85F * cheek + 0.9F * neck, rest.x()) *
             ramp(0.2F, 3.0F, std::abs(rest.x()));
  move.z() = build * (0.5F * cheek + 1.1F * neck) * ramp(-3.0F, 5.0F, rest.z());
  return move;
}

}  // namespace

HeadShape deform_head(const HeadModel& head, const SubjectRecipe& recipe) {
  const std::size_t stride = head.neutral.size() * 3;
  check(recipe.identity.size() <= std::size_t(head.identities), ErrorCode::kBadUsage,
        "the recipe has {} identity coefficients, the head model {}", recipe.identity.size(),
        head.identities);
  HeadShape shape;
  shape.identity_points = head.neutral;
  std::vector<Mode> modes;
  for (std::size_t k = 0; k < recipe.identity.size(); ++k) {
    if (recipe.identity[k] != 0) modes.push_back({&head.identity[k * stride], recipe.identity[k]});
  }
  add_modes(modes, shape.identity_points);
  for (std::size_t v = 0; v < head.neutral.size(); ++v)
    shape.identity_points[v] += build_move(head.neutral[v], recipe.build);
  shape.points = shape.identity_points;
  modes.clear();
  for (const auto& [name, weight] : recipe.expression) {
    modes.push_back({&head.expression[std::size_t(head.expression_index(name)) * stride], weight});
  }
  add_modes(modes, shape.points);
  shape.normals = vertex_normals(shape.points, head.triangles);

  // Tables of what the skin reaches: vertices and midpoints, so that cells are rarely empty.
  std::vector<Eigen::Vector3f> skull;
  std::vector<Eigen::Vector3f> skull_rest;
  std::vector<Eigen::Vector3f> bust;
  std::vector<Eigen::Vector3f> bust_rest;
  std::vector<bool> seen(head.neutral.size(), false);
  Eigen::Vector3f shift = Eigen::Vector3f::Zero();
  int shifted = 0;
  for (std::size_t t = 0; t < head.triangles.size(); ++t) {
    if (!is_skin(head.region[t])) continue;
    const Triangle& c = head.triangles[t];
    for (std::size_t k = 0; k < 3; ++k) {
      const std::uint32_t a = c[k];
      const std::uint32_t b = c[(k + 1) % 3];
      if (head.neutral[a].y() > 8) {
        shift += shape.identity_points[a] - head.neutral[a];
        ++shifted;
      }
      for (int half = seen[a] ? 1 : 0; half < 2; ++half) {
        const float w = half ? 0.5F : 0.0F;
        const Eigen::Vector3f rest = head.neutral[a] + w * (head.neutral[b] - head.neutral[a]);
        const Eigen::Vector3f p =
            shape.identity_points[a] + w * (shape.identity_points[b] - shape.identity_points[a]);
        if (rest.y() < -5.5F) {
          bust.push_back(p);
          bust_rest.push_back(rest);
        }
        if (!is_ear(rest)) {
          skull.push_back(p);
          skull_rest.push_back(rest);
        }
      }
      seen[a] = true;
    }
  }
  shift /= float(std::max(shifted, 1));
  shape.skull = HeadSurfaceMap::spherical(skull, skull_rest,
                                          Eigen::Vector3f(0, 4.5F + shift.y(), 0.8F + shift.z()));
  shape.bust = HeadSurfaceMap::cylindrical(bust, bust_rest, Eigen::Vector3f(0, 0, -1.2F), -21, -5);
  return shape;
}

void add_head(const HeadModel& head, const HeadShape& shape, const SubjectRecipe& recipe,
              MeshBuilder& builder) {
  const std::size_t base = builder.vertices.size();
  for (std::size_t v = 0; v < shape.points.size(); ++v) {
    SubjectVertex vertex;
    vertex.position = shape.points[v];
    vertex.normal = shape.normals[v];
    vertex.rest = head.neutral[v];
    builder.add(vertex);
  }
  // Skin well below the collar is left out, or it would come through the cloth.
  const auto hidden = [&](std::uint32_t v) {
    if (!recipe.cloth.present || head.neutral[v].y() > -9) return false;
    const Eigen::Vector3f p = shape.points[v] - shape.bust.centre();
    const float azimuth = std::atan2(p.x(), p.z());
    const float top = collar_height(recipe.cloth, azimuth);
    // Shoulders are flat: what lies outside the collar's ring is under the cloth at any height.
    if (std::hypot(p.x(), p.z()) > shape.bust.at(azimuth, top).radius + 1.0F)
      return shape.points[v].y() < top + 1.0F;
    return shape.points[v].y() < top - 0.7F;
  };
  for (std::size_t t = 0; t < head.triangles.size(); ++t) {
    Triangle c = head.triangles[t];
    if (is_skin(head.region[t]) && hidden(c[0]) && hidden(c[1]) && hidden(c[2])) continue;
    for (std::uint32_t& v : c) v += std::uint32_t(base);
    switch (head.region[t]) {
      case HeadRegion::kFace:
      case HeadRegion::kBackHead:
        builder.add(c, Part::kSkin);
        break;
      case HeadRegion::kMouthInside:
        builder.add(c, Part::kMouth);
        break;
      case HeadRegion::kTeeth:
        builder.add(c, Part::kTeeth);
        break;
      case HeadRegion::kEyeLeft:
      case HeadRegion::kEyeRight:
        builder.add(c, Part::kEye);
        break;
    }
  }
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/synth/head_shape.h"
#include "core/synth/shading.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// Centimetres per unit of u and v, by least squares over the mesh.
Eigen::Vector2f uv_scale(const HairModel& hair) {
  double length_u = 0;
  double length_v = 0;
  double area_sum = 0;
  for (const Triangle& t : hair.triangles) {
    const Eigen::Vector3f e1 = hair.vertices[t[1]] - hair.vertices[t[0]];
    const Eigen::Vector3f e2 = hair.vertices[t[2]] - hair.vertices[t[0]];
    const Eigen::Vector2f d1 = hair.uvs[t[1]] - hair.uvs[t[0]];
    const Eigen::Vector2f d2 = hair.uvs[t[2]] - hair.uvs[t[0]];
    const float determinant = d1.x() * d2.y() - d2.x() * d1.y();
    if (std::abs(determinant) < 1e-9F) continue;
    const Eigen::Vector3f du = (e1 * d2.y() - e2 * d1.y()) / determinant;
    const Eigen::Vector3f dv = (e2 * d1.x() - e1 * d2.x()) / determinant;
    const double area = e1.cross(e2).norm();
    length_u += area * std::min(du.norm(), 400.0F);
    length_v += area * std::min(dv.norm(), 400.0F);
    area_sum += area;
  }
  return {float(length_u / area_sum), float(length_v / area_sum)};
}

// How the head under each hair vertex moved, as a smooth function of place: halves of a style that
// meet along a seam stay together.
std::vector<Eigen::Vector3f> smooth_moves(const HairModel& hair, const HeadModel& head,
                                          const HeadShape& shape) {
  std::vector<std::uint32_t> anchors = hair.nearest_head;
  std::sort(anchors.begin(), anchors.end());
  anchors.erase(std::unique(anchors.begin(), anchors.end()), anchors.end());
  const std::size_t stride = std::max<std::size_t>(1, anchors.size() / 250);
  std::vector<Eigen::Vector3f> moves(hair.vertices.size());
  parallel_for(std::int64_t(moves.size()), 256, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      Eigen::Vector3f sum = Eigen::Vector3f::Zero();
      float total = 0;
      for (std::size_t i = 0; i < anchors.size(); i += stride) {
        const Eigen::Vector3f& rest = head.neutral[anchors[i]];
        const float d2 = (rest - hair.vertices[std::size_t(v)]).squaredNorm() + 1.0F;
        const float weight = 1 / (d2 * d2);
        sum += weight * (shape.identity_points[anchors[i]] - rest);
        total += weight;
      }
      moves[std::size_t(v)] = sum / total;
    }
  });
  return moves;
}

}  // namespace

void add_mesh_hair(const HairModel& hair, const SynthAssets& assets, const HeadShape& shape,
                   const SubjectRecipe& recipe, MeshBuilder& builder) {
  const HeadModel& head = assets.head;
  const std::vector<Eigen::Vector3f> moves = smooth_moves(hair, head, shape);
  const Eigen::Vector2f scale = uv_scale(hair);
  const std::size_t first_vertex = builder.vertices.size();
  const std::size_t first_triangle = builder.triangles.size();
  const float flip = recipe.hair.mirrored ? -1.0F : 1.0F;
  for (std::size_t v = 0; v < hair.vertices.size(); ++v) {
    SubjectVertex vertex;
    // A style mirrored about the middle: only the style, not the head's own asymmetry.
    vertex.rest = hair.vertices[v];
    vertex.position = hair.vertices[v] + moves[v];
    // Cards lie on the scalp with a margin; where the identity grew through them, lift them.
    const Eigen::Vector3f out = vertex.position - shape.skull.centre();
    const Eigen::Vector3f rest_out = hair.vertices[v] - Eigen::Vector3f(0, 4.5F, 0.8F);
    if (rest_out.y() > -4) {
      const HeadSurfaceMap::Sample under = shape.skull.towards(out);
      const bool scalp = hair.root_distance[v] < 3;
      if (scalp && out.norm() < under.radius + 0.25F) {
        vertex.position = shape.skull.centre() + out.normalized() * (under.radius + 0.25F);
      }
      // The roots stay where they are, and what hangs before the face.
      const float before = std::clamp(2 * out.normalized().z() - 0.4F, 0.0F, 1.0F);
      const float free = std::min(1.0F, hair.root_distance[v] / 5) * (1 - before);
      vertex.position += out.normalized() * free * recipe.hair.volume_cm;
    }
    if (flip < 0) {
      vertex.position.x() *= flip;
      vertex.rest.x() *= flip;
    }
    vertex.uv = hair.uvs[v].cwiseProduct(scale);
    vertex.edge = hair.edge_distance[v];
    vertex.root = hair.root_distance[v];
    builder.add(vertex);
  }
  for (const Triangle& t : hair.triangles) {
    Triangle c = t;
    for (std::uint32_t& v : c) v += std::uint32_t(first_vertex);
    const auto cheek = [&](std::uint32_t v) { return on_cheek(builder.vertices[v], recipe.hair); };
    if (cheek(c[0]) && cheek(c[1]) && cheek(c[2])) continue;  // nor may it cast a shadow
    if (flip < 0) std::swap(c[1], c[2]);
    builder.add(c, Part::kHair, true);
    // Strand direction: where v grows.
    const SubjectVertex& a = builder.vertices[c[0]];
    const Eigen::Vector3f e1 = builder.vertices[c[1]].position - a.position;
    const Eigen::Vector3f e2 = builder.vertices[c[2]].position - a.position;
    const Eigen::Vector2f d1 = builder.vertices[c[1]].uv - a.uv;
    const Eigen::Vector2f d2 = builder.vertices[c[2]].uv - a.uv;
    const float determinant = d1.x() * d2.y() - d2.x() * d1.y();
    if (std::abs(determinant) < 1e-9F) continue;
    const Eigen::Vector3f along = (e2 * d1.x() - e1 * d2.x()) / determinant;
    for (std::uint32_t v : c) builder.vertices[v].tangent += along.normalized();
  }
  for (std::size_t v = first_vertex; v < builder.vertices.size(); ++v) {
    Eigen::Vector3f& tangent = builder.vertices[v].tangent;
    if (tangent.norm() > 1e-6F) tangent.normalize();
  }
  builder.smooth_normals(first_vertex, first_triangle);
}

void add_hair(const SynthAssets& assets, const HeadShape& shape, const SubjectRecipe& recipe,
              MeshBuilder& builder) {
  if (!recipe.hair.mesh.empty()) {
    const HairModel* hair = assets.find_hair(recipe.hair.mesh);
    check(hair != nullptr, ErrorCode::kBadUsage, "no hair mesh is called '{}'", recipe.hair.mesh);
    add_mesh_hair(*hair, assets, shape, recipe, builder);
    if (recipe.hair.mesh == "afro01") {
      // Its cards stand apart: fill the gaps with a cap that stays under them.
      SubjectRecipe under = recipe;
      under.hair.style = ProceduralHair::kAfro;
      under.hair.thickness_cm = 1.1F;
      add_hair_cap(shape, under, builder);
    }
    return;
  }
  if (recipe.headwear.kind == Headwear::kScarf) return;
  switch (recipe.hair.style) {
    case ProceduralHair::kBald:
      break;
    case ProceduralHair::kBob:
    case ProceduralHair::kLongStraight:
    case ProceduralHair::kLongWavy:
    case ProceduralHair::kFringeBob:
      add_hair_curtain(shape, recipe, builder);
      break;
    default:
      add_hair_cap(shape, recipe, builder);
      add_gathered_hair(shape, recipe, builder);
      break;
  }
}

}  // namespace portrait

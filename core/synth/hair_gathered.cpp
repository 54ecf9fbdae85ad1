// SPDX-License-Identifier: Apache-2.0
#include "core/synth/head_shape.h"
#include "core/synth/noise.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr int kRows = 28;
constexpr int kColumns = 40;
constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kTailStep = 0.5F;  // cm
constexpr float kUncut = 1e3F;     // far from any ragged end

Eigen::Vector3f band_direction(float azimuth_deg, float elevation_deg) {
  return direction_of(azimuth_deg * kPi / 180, elevation_deg * kPi / 180);
}

class GatheredHairMaker {
 public:
  GatheredHairMaker(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder)
      : shape_(shape),
        hair_(recipe.hair),
        builder_(builder),
        seed_(std::uint32_t(recipe.noise_seed) ^ 0x3c6ef372U) {}

  // A ball, a little flat, of strands wound round the line from the skull.
  void add_bun(const Eigen::Vector3f& direction) {
    const float radius = hair_.gathered.bun_cm;
    const float stand = skin(direction) + hair_.thickness_cm * 0.6F + 0.55F * radius;
    const Eigen::Vector3f middle = shape_.skull.centre() + stand * direction;
    const Eigen::Vector3f east = direction.unitOrthogonal();
    const Eigen::Vector3f north = direction.cross(east);
    begin();
    for (int r = 0; r < kRows; ++r) {
      const float polar = kPi * (float(r) + 0.02F) / (kRows - 1 + 0.04F);
      for (int c = 0; c < kColumns; ++c) {
        const float turn = 2 * kPi * float(c) / kColumns;
        const Eigen::Vector3f side = std::cos(turn) * east + std::sin(turn) * north;
        const Eigen::Vector3f out =
            (0.8F * std::cos(polar) * direction + std::sin(polar) * side).normalized();
        SubjectVertex vertex;
        vertex.uv = {polar * radius * 1.6F, turn * radius};
        const float coil = std::sin(2 * polar * radius + turn);
        const float lock = noise::fractal3(out, 1.7F, 2, 0.5F, 0, seed_) + 0.45F * coil;
        const float across = std::hypot(0.8F * std::cos(polar), std::sin(polar));
        vertex.position = middle + out * radius * across * (1 + 0.10F * lock);
        vertex.rest = vertex.position;
        // Wound round the middle, and a little inwards.
        vertex.tangent =
            (std::cos(turn) * north - std::sin(turn) * east + 0.25F * direction).normalized();
        vertex.edge = kUncut;
        vertex.root = 3;
        builder_.add(vertex);
      }
    }
    end(kRows, middle);
  }

  // A tail: out from the band, then down, outside of neck and back.
  void add_tail(const Eigen::Vector3f& direction) {
    const float length = hair_.gathered.tail_cm;
    const float thick = 0.75F * hair_.gathered.bun_cm;
    Eigen::Vector3f at =
        shape_.skull.centre() + (skin(direction) + 0.4F * hair_.thickness_cm) * direction;
    Eigen::Vector3f way = (direction + Eigen::Vector3f(0, 0.25F, 0)).normalized();
    begin();
    const int rings = std::max(4, int(length / kTailStep));
    for (int r = 0; r <= rings; ++r) {
      const float t = float(r) / float(rings);
      // Held by the band, full below it, thin at its end.
      const float girth =
          thick * (0.55F + 0.45F * noise::smoothstep(0, 0.18F, t)) * std::sqrt(1.02F - t * t);
      const Eigen::Vector3f east = way.unitOrthogonal();
      const Eigen::Vector3f north = way.cross(east);
      for (int c = 0; c < kColumns; ++c) {
        const float turn = 2 * kPi * float(c) / kColumns;
        SubjectVertex vertex;
        const float along = t * length;
        const float lock = noise::value2(4 * std::sin(turn) + 4 * std::cos(turn), along / 7, seed_);
        const float swing =
            hair_.wave * std::sin(along * 1.1F + noise::value1(turn, seed_ + 3)) * 0.3F;
        vertex.position = at + (girth * (1 + 0.16F * lock) + swing * t) *
                                   (std::cos(turn) * east + std::sin(turn) * north);
        vertex.rest = vertex.position;
        vertex.uv = {turn * thick, along};
        vertex.tangent = way;
        vertex.edge = length - along;
        vertex.root = 2 + 0.1F * along;
        builder_.add(vertex);
      }
      way = (way + Eigen::Vector3f(0, -0.30F, 0)).normalized();
      at = outside(at + (length / float(rings)) * way, girth);
    }
    end(rings + 1, at);
  }

 private:
  float skin(const Eigen::Vector3f& direction) const {
    return shape_.skull.towards(direction).radius;
  }

  Eigen::Vector3f outside(Eigen::Vector3f at, float girth) const {
    const Eigen::Vector3f from = at - shape_.skull.centre();
    const float distance = from.norm();
    const float least = skin(from) + hair_.thickness_cm + 0.8F * girth;
    if (from.y() > -4 && distance < least) at += from * (least / distance - 1);
    if (at.y() > -4) return at;
    // The bust's map ends where the garment goes on.
    const Eigen::Vector3f& axis = shape_.bust.centre();
    const Eigen::Vector2f across(at.x() - axis.x(), at.z() - axis.z());
    const float wanted =
        shape_.bust.at(std::atan2(across.x(), across.y()), std::max(at.y(), -20.5F)).radius +
        0.8F * girth + 0.6F;
    if (across.norm() >= wanted) return at;
    // No sudden shelf where the shoulders begin.
    const float moved = std::min(wanted, across.norm() + 0.45F);
    const Eigen::Vector2f placed = across * (moved / across.norm());
    return {axis.x() + placed.x(), at.y(), axis.z() + placed.y()};
  }

  void begin() {
    first_vertex_ = builder_.vertices.size();
    first_triangle_ = builder_.triangles.size();
  }
  void end(int rows, const Eigen::Vector3f& inside) {
    builder_.add_grid(std::uint32_t(first_vertex_), rows, kColumns, true, Part::kHair, true,
                      [](std::uint32_t) { return true; });
    builder_.smooth_normals(first_vertex_, first_triangle_);
    // Normals of a row point away from the middle of that row; of a ball all rows share one.
    for (std::size_t v = first_vertex_; v < builder_.vertices.size(); ++v) {
      SubjectVertex& vertex = builder_.vertices[v];
      const std::size_t row = (v - first_vertex_) / std::size_t(kColumns);
      const std::size_t across =
          first_vertex_ + row * std::size_t(kColumns) +
          ((v - first_vertex_) + std::size_t(kColumns / 2)) % std::size_t(kColumns);
      const Eigen::Vector3f middle = 0.5F * (vertex.position + builder_.vertices[across].position);
      Eigen::Vector3f out = vertex.position - middle;
      if (out.squaredNorm() < 1e-4F) out = vertex.position - inside;
      if (vertex.normal.dot(out) < 0) vertex.normal *= -1;
    }
  }

  const HeadShape& shape_;
  const HairRecipe& hair_;
  MeshBuilder& builder_;
  std::uint32_t seed_;
  std::size_t first_vertex_ = 0;
  std::size_t first_triangle_ = 0;
};

}  // namespace

void add_gathered_hair(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder) {
  const GatheredHair& gathered = recipe.hair.gathered;
  GatheredHairMaker maker(shape, recipe, builder);
  const Eigen::Vector3f band = band_direction(gathered.azimuth_deg, gathered.elevation_deg);
  if (gathered.tail_cm > 0) maker.add_tail(band);
  if (gathered.buns > 0) maker.add_bun(band);
  if (gathered.buns > 1)
    maker.add_bun(band_direction(-gathered.azimuth_deg, gathered.elevation_deg));
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/synth/face_regions.h"
#include "core/synth/head_shape.h"
#include "core/synth/noise.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr int kRows = 64;
constexpr int kColumns = 200;
constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kStep = 0.4F;  // cm between the raw points of a strand

float wrap(float azimuth) {
  return std::remainder(azimuth, 2 * kPi);
}

// One strand of long hair: over the skull from the parting to the widest place, then straight
// down, never into head, neck or shoulders.
class Strand {
 public:
  Strand(const HeadShape& shape, const HairRecipe& hair, float azimuth, float layer_cm)
      : shape_(shape), hair_(hair), azimuth_(wrap(azimuth)), layer_(layer_cm) {}

  std::vector<Eigen::Vector3f> grow(float end_height) {
    std::vector<Eigen::Vector3f> line;
    const Eigen::Vector3f& centre = shape_.skull.centre();
    float widest = 0;
    float elevation = 88 * kPi / 180;
    Eigen::Vector3f last = Eigen::Vector3f::Zero();
    bool falling = false;
    for (int step = 0; step < 400; ++step) {
      const float azimuth = swept(elevation);
      Eigen::Vector3f p;
      if (!falling) {
        const HeadSurfaceMap::Sample skin = shape_.skull.at(azimuth, elevation * 180 / kPi);
        const float radius = skin.radius + thickness(elevation);
        p = centre + radius * Eigen::Vector3f(std::sin(azimuth) * std::cos(elevation),
                                              std::sin(elevation),
                                              std::cos(azimuth) * std::cos(elevation));
        const float across = std::hypot(p.x() - centre.x(), p.z() - centre.z());
        if (elevation < 0.35F && across < widest) {
          falling = true;
          fall_radius_ = widest;
          p = last;
        }
        widest = std::max(widest, across);
        elevation -= kStep / radius;
      }
      if (falling) p = fall(last, azimuth);
      if (!line.empty() && p.y() < end_height) break;
      line.push_back(p);
      last = p;
    }
    return line;
  }

 private:
  float thickness(float elevation) const {
    const float top = noise::smoothstep(0.1F, 1.2F, elevation);
    return layer_ + hair_.thickness_cm * (0.75F + 0.25F * top);
  }

  // Hair that starts over the forehead is combed aside, away from the face.
  float swept(float elevation) const {
    const float side = azimuth_ - parting();
    const float sign = side < 0 ? -1.0F : 1.0F;
    if (fringe()) {
      if (std::abs(azimuth_) < kFringe) return azimuth_ * 0.95F;
    }
    const float open = (hair_.hairline > 0.3F ? 78.0F : 64.0F) * kPi / 180;
    const float target = sign * std::max(std::abs(azimuth_), open + 0.12F * std::abs(azimuth_));
    const float start = azimuth_;
    if (std::abs(start) > open * 1.3F) return start;
    const float t = noise::smoothstep(1.35F, 0.35F, elevation);
    return start + (target - start) * t;
  }

  Eigen::Vector3f fall(const Eigen::Vector3f& last, float azimuth) const {
    const Eigen::Vector3f& centre = shape_.skull.centre();
    const float y = last.y() - kStep;
    const float depth = std::max(0.0F, centre.y() - y);
    // Long hair draws in a little towards the neck and rests on the shoulders.
    float radius = fall_radius_ * (1 - 0.10F * noise::smoothstep(2, 14, depth)) *
                   (1 + hair_.flare * noise::smoothstep(0, 12, depth));
    const float skin = shape_.bust.at(azimuth, std::max(y, -20.5F)).radius;
    const float bust_shift = shape_.bust.centre().z() - centre.z();
    const float reach = skin + layer_ + 0.9F + bust_shift * std::cos(azimuth);
    if (y < -5) radius = std::max(radius, std::min(reach, 16.0F));
    // No sudden shelves: at most as steep as a slope of two.
    const float previous = std::hypot(last.x() - centre.x(), last.z() - centre.z());
    radius = std::clamp(radius, previous - 0.3F, previous + 0.6F);
    return {centre.x() + radius * std::sin(azimuth), y, centre.z() + radius * std::cos(azimuth)};
  }

  float parting() const { return 0.5F * hair_.parting; }
  bool fringe() const { return hair_.style == ProceduralHair::kFringeBob; }

  static constexpr float kFringe = 50 * kPi / 180;
  const HeadShape& shape_;
  const HairRecipe& hair_;
  float azimuth_;
  float layer_;
  float fall_radius_ = 0;
};

void add_layer(const HeadShape& shape, const SubjectRecipe& recipe, float layer_cm, int layer,
               MeshBuilder& builder) {
  const HairRecipe& hair = recipe.hair;
  const auto seed = (std::uint32_t(recipe.noise_seed) ^ 0x2545f491U) + std::uint32_t(layer) * 977;
  const std::size_t first_vertex = builder.vertices.size();
  const std::size_t first_triangle = builder.triangles.size();
  const float crown = shape.skull.centre().y() + shape.skull.at(0, 89).radius;
  for (int c = 0; c < kColumns; ++c) {
    // The seam of the grid lies in the parting.
    const float azimuth = 0.5F * hair.parting + 2 * kPi * (float(c) + 0.5F) / kColumns;
    const float a = wrap(azimuth);
    float end = crown - hair.length_cm - 1.2F * noise::value1(a * 3, seed + 1);
    if (hair.style == ProceduralHair::kFringeBob && std::abs(a) < 50 * kPi / 180) {
      end = crown - 8.6F - 0.5F * noise::value1(a * 9, seed + 2);
    }
    Strand strand(shape, hair, azimuth, layer_cm);
    const std::vector<Eigen::Vector3f> line = strand.grow(end);
    const float total = float(line.size() - 1) * kStep;
    const Eigen::Vector3f out(std::sin(a), 0, std::cos(a));
    for (int r = 0; r < kRows; ++r) {
      const float s = float(r) / (kRows - 1) * float(line.size() - 1);
      const std::size_t i = std::min(std::size_t(s), line.size() - 2);
      const float t = s - float(i);
      SubjectVertex vertex;
      vertex.position = line[i] + t * (line[i + 1] - line[i]);
      const float down = s * kStep;
      vertex.uv = {float(c) / kColumns * 55.0F + float(layer) * 91, down};
      const float lock = noise::value2(vertex.uv.x() / 1.5F, down / 9, seed) +
                         0.5F * noise::value2(vertex.uv.x() / 0.6F, down / 5, seed + 5);
      const float free = noise::smoothstep(1.5F, 8, down);
      const float swing = hair.wave * free *
                          std::sin(down * 1.3F + 4 * noise::value1(vertex.uv.x() / 2.5F, seed + 9));
      vertex.position += out * (0.22F * lock * noise::smoothstep(0.5F, 4, down) + 0.45F * swing);
      vertex.position += Eigen::Vector3f(out.z(), 0, -out.x()) * 0.35F * swing;
      vertex.rest = vertex.position;
      const Eigen::Vector3f along = line[i + 1] - line[i];
      vertex.tangent =
          along.norm() > 1e-6F ? Eigen::Vector3f(along.normalized()) : Eigen::Vector3f(0, -1, 0);
      vertex.edge = total - down;
      vertex.root = hair.thickness_cm + down * 0.1F;
      builder.add(vertex);
    }
  }
  // Columns are strands: transpose into the grid's rows by giving it strands as rows.
  builder.add_grid(std::uint32_t(first_vertex), kColumns, kRows, false, Part::kHair, true,
                   [](std::uint32_t) { return true; });
  builder.smooth_normals(first_vertex, first_triangle);
  for (std::size_t v = first_vertex; v < builder.vertices.size(); ++v) {
    SubjectVertex& vertex = builder.vertices[v];
    Eigen::Vector3f out = vertex.position - shape.skull.centre();
    if (out.y() < 0) out.y() = 0;
    if (vertex.normal.dot(out) < 0) vertex.normal *= -1;
  }
}

}  // namespace

void add_hair_curtain(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder) {
  add_layer(shape, recipe, 0.1F, 0, builder);
  add_layer(shape, recipe, 0.55F, 1, builder);
}

}  // namespace portrait

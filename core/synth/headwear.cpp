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

constexpr int kRows = 40;
constexpr int kColumns = 128;
constexpr float kPi = std::numbers::pi_v<float>;

class HeadwearMaker {
 public:
  HeadwearMaker(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder)
      : shape_(shape),
        wear_(recipe.headwear),
        builder_(builder),
        seed_(std::uint32_t(recipe.noise_seed) ^ 0x165667b1U),
        gap_(hangs(recipe.hair.style) ? 1.25F : 0.55F) {}

  // From the crown down to the rim, whose edge turns in.
  void add_crown() {
    begin();
    for (int r = 0; r < kRows; ++r) {
      const float t = std::min(1.0F, float(r) / (kRows - 2));
      for (int c = 0; c < kColumns; ++c) {
        const float azimuth = 2 * kPi * float(c) / kColumns;
        const float rim = rim_elevation(azimuth);
        const float elevation = 0.5F * kPi + t * (rim - 0.5F * kPi);
        SubjectVertex vertex = on_skull(azimuth, elevation, gap_ + rise(t, azimuth));
        if (r == kRows - 1) vertex.position -= 0.5F * direction_of(azimuth, elevation);
        vertex.uv = {azimuth * 9, t * 16};
        builder_.add(vertex);
      }
    }
    end(kRows, true);
  }

  // A visor in front, or a brim all round.
  void add_brim() {
    const bool all_round = wear_.kind == Headwear::kBrimmed;
    const float half = all_round ? kPi : 1.15F;
    constexpr int kBrimRows = 8;
    begin();
    for (int r = 0; r < 2 * kBrimRows; ++r) {
      // Out on the upper side and back on the lower one.
      const bool under = r >= kBrimRows;
      const float out = float(under ? 2 * kBrimRows - 1 - r : r) / (kBrimRows - 1);
      for (int c = 0; c < kColumns; ++c) {
        const float s = all_round ? 2 * float(c) / kColumns - 1 : 2 * float(c) / (kColumns - 1) - 1;
        const float azimuth = s * half;
        SubjectVertex vertex = on_skull(azimuth, rim_elevation(azimuth), gap_ + 0.1F);
        const float reach =
            wear_.brim_cm * (all_round ? 1.0F : std::sqrt(std::max(0.0F, 1 - s * s)));
        const Eigen::Vector3f forward =
            all_round ? Eigen::Vector3f(std::sin(azimuth), 0, std::cos(azimuth))
                      : Eigen::Vector3f(0.25F * std::sin(azimuth), 0, 1);
        const float droop = all_round ? 0.12F * noise::value2(3 * s, out, seed_) - 0.10F * out
                                      : -0.22F * out - 0.45F * s * s * out;
        vertex.position += reach * out * forward + Eigen::Vector3f(0, reach * droop, 0);
        vertex.position.y() -= under ? 0.25F : 0;
        vertex.uv = {azimuth * 9, 16 + out * wear_.brim_cm};
        builder_.add(vertex);
      }
    }
    end(2 * kBrimRows, all_round);
  }

  // Cloth over head, neck and shoulders with an opening for the face.
  void add_scarf() {
    begin();
    const Eigen::Vector3f face = Eigen::Vector3f(0, -0.12F, 1).normalized();
    const Eigen::Vector3f right = Eigen::Vector3f::UnitX();
    const Eigen::Vector3f up = face.cross(right);
    std::vector<float> radius(std::size_t(kRows) * kColumns);
    const auto direction = [&](int r, int c) {
      const float turn = 2 * kPi * float(c) / kColumns;
      const float open = 0.80F - 0.06F * std::sin(turn) * std::sin(turn);
      const float polar = open + (kPi * 0.995F - open) * float(std::max(r - 1, 0)) / (kRows - 2);
      return Eigen::Vector3f(std::cos(polar) * face +
                             std::sin(polar) * (std::cos(turn) * right + std::sin(turn) * up));
    };
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kColumns; ++c) {
        radius[std::size_t(r * kColumns + c)] =
            std::min(shape_.skull.towards(direction(r, c)).radius + 0.75F +
                         1.1F * noise::smoothstep(-0.3F, -0.75F, direction(r, c).y()) +
                         1.4F * noise::smoothstep(0.78F, 0.94F, std::abs(direction(r, c).x())),
                     21.0F);
      }
    }
    // Cloth spans hollows: each point rises to the mean of its neighbours.
    for (int pass = 0; pass < 60; ++pass) {
      const std::vector<float> before = radius;
      for (int r = 2; r + 1 < kRows; ++r) {
        for (int c = 0; c < kColumns; ++c) {
          const auto at = [&](int y, int x) {
            return before[std::size_t(y * kColumns + (x + kColumns) % kColumns)];
          };
          const float mean = 0.25F * (at(r - 1, c) + at(r + 1, c) + at(r, c - 1) + at(r, c + 1));
          float& here = radius[std::size_t(r * kColumns + c)];
          here = std::max(here, mean);
        }
      }
    }
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kColumns; ++c) {
        const Eigen::Vector3f d = direction(r, c);
        const float turn = 2 * kPi * float(c) / kColumns;
        const Eigen::Vector3f ring(3.2F * std::cos(turn), 3.2F * std::sin(turn), float(r) / 14);
        const float fold =
            noise::smoothstep(0, 8, float(r)) *
            (0.25F * noise::value3(ring, seed_) + 0.15F * noise::value3(d * 4, seed_ + 1));
        SubjectVertex vertex;
        const float here = radius[std::size_t(r * kColumns + c)] + fold - (r == 0 ? 0.6F : 0.0F);
        vertex.position = shape_.skull.centre() + here * d;
        vertex.rest = vertex.position;
        vertex.uv = {float(c) * 0.4F, float(r) * 0.6F};
        vertex.kind = 1;
        builder_.add(vertex);
      }
    }
    end(kRows, true);
  }

 private:
  void begin() {
    first_vertex_ = builder_.vertices.size();
    first_triangle_ = builder_.triangles.size();
  }
  void end(int rows, bool wrap) {
    builder_.add_grid(std::uint32_t(first_vertex_), rows, kColumns, wrap, Part::kCloth, false,
                      [](std::uint32_t) { return true; });
    builder_.smooth_normals(first_vertex_, first_triangle_);
    const bool brim = rows < kRows;
    for (std::size_t v = first_vertex_; v < builder_.vertices.size(); ++v) {
      SubjectVertex& vertex = builder_.vertices[v];
      const Eigen::Vector3f out =
          brim
              ? Eigen::Vector3f(0, v - first_vertex_ < std::size_t(rows / 2 * kColumns) ? 1 : -1, 0)
              : Eigen::Vector3f(vertex.position - shape_.skull.centre());
      if (vertex.normal.dot(out) < 0) vertex.normal *= -1;
    }
  }

  // Where the rim crosses the skull on a meridian, by bisection.
  float rim_elevation(float azimuth) const {
    float low = -0.6F;
    float high = 1.5F;
    for (int i = 0; i < 12; ++i) {
      const float middle = 0.5F * (low + high);
      const auto skin = shape_.skull.at(azimuth, middle * 180 / kPi);
      (rim_distance(skin.rest) > 0 ? high : low) = middle;
    }
    return high;
  }

  SubjectVertex on_skull(float azimuth, float elevation, float above_cm) const {
    const HeadSurfaceMap::Sample skin = shape_.skull.at(azimuth, elevation * 180 / kPi);
    SubjectVertex vertex;
    vertex.position =
        shape_.skull.centre() + (skin.radius + above_cm) * direction_of(azimuth, elevation);
    vertex.rest = vertex.position;
    vertex.kind = 1;
    return vertex;
  }

  // Height over the skull: 0 at the rim (t = 1), full on top.
  float rise(float t, float azimuth) const {
    const float top = 1 - noise::smoothstep(0.1F, 0.95F, t);
    switch (wear_.kind) {
      case Headwear::kBeanie: {
        const float cuff = t > 0.74F ? 0.35F * noise::smoothstep(0.74F, 0.77F, t) : 0;
        const float slack =
            0.25F * noise::value2(2 * std::cos(azimuth) + 3, 2 * std::sin(azimuth) + 4 * t, seed_);
        return wear_.height_cm * top + cuff + slack * top;
      }
      case Headwear::kBrimmed:
        return wear_.height_cm * (1 - noise::smoothstep(0.55F, 1.0F, t)) +
               0.35F * (1 - noise::smoothstep(0.0F, 0.3F, t));
      default:
        return 0.15F + 0.5F * wear_.height_cm * top * (0.8F + 0.3F * std::cos(azimuth));
    }
  }

  const HeadShape& shape_;
  const HeadwearRecipe& wear_;
  MeshBuilder& builder_;
  std::uint32_t seed_;
  float gap_;  // cm that the hair under it takes
  std::size_t first_vertex_ = 0;
  std::size_t first_triangle_ = 0;
};

}  // namespace

void add_headwear(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder) {
  const Headwear kind = recipe.headwear.kind;
  if (kind == Headwear::kNone) return;
  HeadwearMaker maker(shape, recipe, builder);
  if (kind == Headwear::kScarf) {
    maker.add_scarf();
    return;
  }
  maker.add_crown();
  if (kind == Headwear::kCap || kind == Headwear::kBrimmed) maker.add_brim();
}

}  // namespace portrait

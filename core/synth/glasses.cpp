// SPDX-License-Identifier: Apache-2.0
#include "core/synth/head_shape.h"

#include <Eigen/Geometry>

#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr int kSides = 6;

// A tube of the given radius along a line of points.
void add_tube(const std::vector<Eigen::Vector3f>& line, bool closed, float radius,
              MeshBuilder& builder) {
  const std::size_t first = builder.vertices.size();
  const int count = int(line.size());
  for (int i = 0; i < count; ++i) {
    const Eigen::Vector3f& before =
        line[std::size_t(closed ? (i + count - 1) % count : std::max(i - 1, 0))];
    const Eigen::Vector3f& after =
        line[std::size_t(closed ? (i + 1) % count : std::min(i + 1, count - 1))];
    const Eigen::Vector3f along = (after - before).normalized();
    const Eigen::Vector3f helper =
        std::abs(along.z()) < 0.9F ? Eigen::Vector3f::UnitZ() : Eigen::Vector3f::UnitY();
    const Eigen::Vector3f u = helper.cross(along).normalized();
    const Eigen::Vector3f v = along.cross(u);
    for (int k = 0; k < kSides; ++k) {
      const float angle = 2 * kPi * float(k) / kSides;
      SubjectVertex vertex;
      vertex.normal = std::cos(angle) * u + std::sin(angle) * v;
      vertex.position = line[std::size_t(i)] + radius * vertex.normal;
      vertex.rest = vertex.position;
      vertex.uv = {angle, float(i)};
      builder.add(vertex);
    }
  }
  for (int i = 0; i < (closed ? count : count - 1); ++i) {
    for (int k = 0; k < kSides; ++k) {
      const auto at = [&](int row, int side) {
        return std::uint32_t(first) + std::uint32_t((row % count) * kSides + side % kSides);
      };
      builder.add({at(i, k), at(i + 1, k), at(i, k + 1)}, Part::kGlasses);
      builder.add({at(i, k + 1), at(i + 1, k), at(i + 1, k + 1)}, Part::kGlasses);
    }
  }
}

}  // namespace

void add_glasses(const HeadModel& head, const HeadShape& shape, const SubjectRecipe& recipe,
                 MeshBuilder& builder) {
  const GlassesRecipe& glasses = recipe.glasses;
  if (!glasses.present) return;
  const auto landmark = [&](std::size_t i) { return shape.points[head.landmarks[i]]; };
  const Eigen::Vector3f bridge = landmark(27);
  std::array<Eigen::Vector3f, 2> hinge;
  std::array<Eigen::Vector3f, 2> inner;
  for (int s = 0; s < 2; ++s) {
    const float side = s ? 1.0F : -1.0F;
    const std::size_t first = s ? 42 : 36;
    Eigen::Vector3f eye = Eigen::Vector3f::Zero();
    for (std::size_t i = 0; i < 6; ++i) eye += landmark(first + i) / 6;
    // In front of the brow ridge and the cheek, tilted and curved a little round the face.
    const float x = bridge.x() + side * (std::abs(eye.x() - bridge.x()) * 0.55F +
                                         0.45F * (glasses.width_cm + 0.9F));
    const float front = std::max({eye.z() + 1.3F, bridge.z() + 0.15F});
    std::vector<Eigen::Vector3f> rim;
    for (int k = 0; k < 40; ++k) {
      const float a = 2 * kPi * float(k) / 40;
      const float power = 0.35F + 0.65F * glasses.roundness;
      const auto rounded = [&](float v) { return std::copysign(std::pow(std::abs(v), power), v); };
      const Eigen::Vector2f q(rounded(std::cos(a)) * glasses.width_cm,
                              rounded(std::sin(a)) * glasses.height_cm);
      const float away = side * (x + q.x() - bridge.x());
      rim.push_back(
          {x + q.x(), eye.y() - 0.25F + q.y(), front - 0.018F * away * away + 0.06F * q.y()});
    }
    hinge[std::size_t(s)] = rim[side > 0 ? 3 : 17];
    inner[std::size_t(s)] = rim[side > 0 ? 17 : 3];
    add_tube(rim, true, glasses.rim_cm, builder);
    const float ear_x = std::max(std::abs(landmark(s ? 16 : 0).x() - bridge.x()) + 0.5F,
                                 std::abs(hinge[std::size_t(s)].x() - bridge.x()));
    const Eigen::Vector3f ear(bridge.x() + side * ear_x, landmark(s ? 16 : 0).y() + 0.6F, -0.5F);
    std::vector<Eigen::Vector3f> temple;
    for (int k = 0; k <= 10; ++k) {
      const float t = float(k) / 10;
      Eigen::Vector3f p = hinge[std::size_t(s)] + t * (ear - hinge[std::size_t(s)]);
      p.x() += side * 0.5F * std::sin(kPi * t);
      temple.push_back(p);
    }
    temple.push_back(ear + Eigen::Vector3f(0, -1.2F, -1.0F));
    add_tube(temple, false, glasses.rim_cm, builder);
  }
  std::vector<Eigen::Vector3f> arch;
  for (int k = 0; k <= 6; ++k) {
    const float t = float(k) / 6;
    Eigen::Vector3f p = inner[0] + t * (inner[1] - inner[0]);
    p.y() += 0.25F * std::sin(kPi * t);
    p.z() += 0.15F * std::sin(kPi * t);
    arch.push_back(p);
  }
  add_tube(arch, false, glasses.rim_cm, builder);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/atlas_report.h"

#include "core/base/error.h"
#include "core/mesh/bit_mask.h"
#include "core/mesh/chart_quality.h"
#include "core/mesh/face_region.h"
#include "core/mesh/mesh_connectivity.h"

#include <Eigen/Geometry>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr int kSamples = 4;  // along a side of a texel
constexpr double kMillimetresPerUnit = 400.0;

// One side of a triangle as a function that is positive inside. The two triangles of an edge
// evaluate the same expression and differ in the sign alone, so that no sample is in both.
class HalfPlane {
 public:
  HalfPlane(Eigen::Vector2d a, Eigen::Vector2d b) {
    if (std::make_pair(b.x(), b.y()) < std::make_pair(a.x(), a.y())) {
      std::swap(a, b);
      sign_ = -1;
    }
    from_ = a;
    along_ = b - a;
  }
  // Narrows [first, end) to the samples of row y that are inside. What is computed of a sample
  // grows or falls along a row, rounding included, so that the place where the side cuts it need
  // only be put right by a step or two.
  void narrow(int y, int& first, int& end) const {
    const double at = along_.x() * (y + 0.5 - from_.y());
    const auto inside = [&](int x) {
      return sign_ * (at - along_.y() * (x + 0.5 - from_.x())) > 0;
    };
    if (first >= end) return;
    if (along_.y() == 0) {
      if (!inside(first)) end = first;
      return;
    }
    const double cut = std::floor(from_.x() + at / along_.y());
    int x = int(std::clamp(cut, double(first), double(end)));
    if (sign_ * along_.y() < 0) {
      while (x > first && inside(x - 1)) --x;
      while (x < end && !inside(x)) ++x;
      first = x;
    } else {
      while (x > first && !inside(x - 1)) --x;
      while (x < end && inside(x)) ++x;
      end = x;
    }
  }

 private:
  Eigen::Vector2d from_;
  Eigen::Vector2d along_;
  double sign_ = 1;
};

// Marks the samples inside a triangle (counter-clockwise); returns how many were marked before.
std::int64_t mark(BitMask& samples, const std::array<Eigen::Vector2d, 3>& p) {
  const std::array<HalfPlane, 3> sides = {HalfPlane(p[0], p[1]), HalfPlane(p[1], p[2]),
                                          HalfPlane(p[2], p[0])};
  const Eigen::Vector2d low = p[0].cwiseMin(p[1]).cwiseMin(p[2]);
  const Eigen::Vector2d high = p[0].cwiseMax(p[1]).cwiseMax(p[2]);
  const auto limit = [&](double value) {
    return int(std::clamp(value, 0.0, double(samples.width() - 1)));
  };
  std::int64_t twice = 0;
  for (int y = limit(std::floor(low.y())); y <= limit(std::ceil(high.y())); ++y) {
    int first = limit(std::floor(low.x()));
    int end = limit(std::ceil(high.x())) + 1;
    for (const HalfPlane& side : sides) side.narrow(y, first, end);
    if (first < end) twice += samples.fill(first, end, y);
  }
  return twice;
}

// From the plane of the texture, in texels with y upward, to the surface laid flat, in mm.
Eigen::Matrix2d map_to_surface(const TriangleMesh& mesh, const std::array<std::uint32_t, 3>& t,
                               const std::array<Eigen::Vector2d, 3>& p) {
  const Eigen::Vector3d a = mesh.positions[t[0]].cast<double>();
  const Eigen::Vector3d along = mesh.positions[t[1]].cast<double>() - a;
  const Eigen::Vector3d across = mesh.positions[t[2]].cast<double>() - a;
  const double length = along.norm();
  Eigen::Matrix2d flat;
  flat << length, across.dot(along) / length, 0, along.cross(across).norm() / length;
  Eigen::Matrix2d texels;
  texels << p[1] - p[0], p[2] - p[0];
  return kMillimetresPerUnit * flat * texels.inverse();
}

}  // namespace

AtlasReport inspect_atlas(const TriangleMesh& mesh, int texture_size) {
  check(!mesh.texcoords.empty() && mesh.texcoords.size() == mesh.positions.size(),
        ErrorCode::kBadUsage, "A mesh of {} vertices has {} places in the texture",
        mesh.positions.size(), mesh.texcoords.size());
  check(texture_size >= 1 && texture_size <= 16384, ErrorCode::kBadUsage,
        "The texture's size is {}, but must be from 1 to 16384", texture_size);
  AtlasReport report;
  report.charts = connected_components(mesh).count;
  for (const Eigen::Vector2f& p : mesh.texcoords) {
    const bool inside = p.x() >= 0 && p.x() <= 1 && p.y() >= 0 && p.y() <= 1;
    if (!inside) ++report.outside;
  }
  WeightedValues stretch;
  WeightedValues density;
  WeightedValues face_density;
  BitMask samples(texture_size * kSamples, texture_size * kSamples);
  double used = 0;
  for (const auto& t : mesh.triangles) {
    std::array<Eigen::Vector2d, 3> p;
    for (int i = 0; i < 3; ++i) {
      const Eigen::Vector2d place = mesh.texcoords[t[i]].cast<double>();
      p[i] = Eigen::Vector2d(place.x(), 1 - place.y()) * texture_size;
    }
    const Eigen::Vector2d one = p[1] - p[0];
    const Eigen::Vector2d two = p[2] - p[0];
    const double texels = (one.x() * two.y() - one.y() * two.x()) / 2;
    if (!(texels > 0)) ++report.flipped;
    if (!std::isfinite(texels)) continue;
    used += std::abs(texels);
    if (texels < 0) std::swap(p[1], p[2]);
    for (Eigen::Vector2d& corner : p) corner *= kSamples;
    report.overlap += mark(samples, p);
    for (Eigen::Vector2d& corner : p) corner /= kSamples;
    const double area = twice_area(mesh, t) / 2;
    if (!(texels > 0) || !(area > 0)) continue;
    const auto [larger, smaller] = singular_values(map_to_surface(mesh, t, p));
    stretch.add(larger / std::max(smaller, 1e-12 * larger), area);
    const double per_mm = 1 / std::sqrt(std::max(larger * smaller, 1e-24));
    density.add(per_mm, area);
    const Eigen::Vector3f centre =
        (mesh.positions[t[0]] + mesh.positions[t[1]] + mesh.positions[t[2]]) / 3;
    if (face_weight(centre) >= 0.5F) face_density.add(per_mm, area);
  }
  report.median_stretch = stretch.quantile(0.5);
  report.high_stretch = stretch.quantile(0.95);
  report.texels_per_mm = density.quantile(0.5);
  if (report.texels_per_mm > 0) {
    report.low_density = density.quantile(0.05) / report.texels_per_mm;
    report.high_density = density.quantile(0.95) / report.texels_per_mm;
  }
  report.used = used / (double(texture_size) * texture_size);
  report.face_texels_per_mm = face_density.quantile(0.5);
  return report;
}

}  // namespace portrait

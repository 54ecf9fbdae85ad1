// SPDX-License-Identifier: Apache-2.0
#include "core/synth/head_surface_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kDegrees = 180.0F / kPi;

}  // namespace

HeadSurfaceMap HeadSurfaceMap::spherical(const std::vector<Eigen::Vector3f>& points,
                                         const std::vector<Eigen::Vector3f>& rest,
                                         const Eigen::Vector3f& centre) {
  HeadSurfaceMap map;
  map.centre_ = centre;
  map.fill(points, rest, true);
  return map;
}

HeadSurfaceMap HeadSurfaceMap::cylindrical(const std::vector<Eigen::Vector3f>& points,
                                           const std::vector<Eigen::Vector3f>& rest,
                                           const Eigen::Vector3f& centre, float low, float high) {
  HeadSurfaceMap map;
  map.centre_ = centre;
  map.low_ = low;
  map.high_ = high;
  map.fill(points, rest, false);
  return map;
}

void HeadSurfaceMap::fill(const std::vector<Eigen::Vector3f>& points,
                          const std::vector<Eigen::Vector3f>& rest, bool spherical) {
  radius_.assign(std::size_t(rows_) * columns_, 0);
  rest_.assign(radius_.size(), Eigen::Vector3f::Zero());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Eigen::Vector3f p = points[i] - centre_;
    const float across = std::hypot(p.x(), p.z());
    const float radius = spherical ? p.norm() : across;
    const float row_value = spherical ? std::atan2(p.y(), across) * kDegrees : points[i].y();
    const auto row = int(std::floor((row_value - low_) / (high_ - low_) * float(rows_)));
    if (row < 0 || row >= rows_) continue;
    const float azimuth = std::atan2(p.x(), p.z());
    const auto column = int(std::floor((azimuth / (2 * kPi) + 1.0F) * float(columns_))) % columns_;
    const std::size_t cell = std::size_t(row) * columns_ + std::size_t(column);
    if (radius > radius_[cell]) {
      radius_[cell] = radius;
      rest_[cell] = rest[i];
    }
  }
  close_and_smooth();
}

void HeadSurfaceMap::close_and_smooth() {
  const auto cell = [&](int r, int c) {
    return std::size_t(std::clamp(r, 0, rows_ - 1)) * columns_ +
           std::size_t((c + columns_) % columns_);
  };
  // Empty cells take the mean of their filled neighbours, ring by ring; then two passes of a
  // 3 x 3 tent even out the vertex spacing.
  for (int pass = 0; pass < rows_ + 2; ++pass) {
    const bool smooth = pass >= rows_;
    const std::vector<float> radius = radius_;
    const std::vector<Eigen::Vector3f> rest = rest_;
    bool empty_left = false;
    for (int r = 0; r < rows_; ++r) {
      for (int c = 0; c < columns_; ++c) {
        if (!smooth && radius[cell(r, c)] > 0) continue;
        float weight = 0;
        float sum = 0;
        Eigen::Vector3f rest_sum = Eigen::Vector3f::Zero();
        for (int dr = -1; dr <= 1; ++dr) {
          for (int dc = -1; dc <= 1; ++dc) {
            const std::size_t n = cell(r + dr, c + dc);
            if (radius[n] <= 0) continue;
            const float w = float((2 - std::abs(dr)) * (2 - std::abs(dc)));
            weight += w;
            sum += w * radius[n];
            rest_sum += w * rest[n];
          }
        }
        if (weight <= 0) {
          empty_left = true;
          continue;
        }
        radius_[cell(r, c)] = sum / weight;
        rest_[cell(r, c)] = rest_sum / weight;
      }
    }
    if (!smooth && !empty_left) pass = rows_ - 1;
  }
}

HeadSurfaceMap::Sample HeadSurfaceMap::at(float azimuth_rad, float row_value) const {
  const float row =
      std::clamp((row_value - low_) / (high_ - low_) * float(rows_) - 0.5F, 0.0F, float(rows_ - 1));
  const float turns = azimuth_rad / (2 * kPi);
  const float column = (turns - std::floor(turns)) * float(columns_) - 0.5F;
  const int r0 = std::min(int(row), rows_ - 2);
  const float tr = row - float(r0);
  const auto c = int(std::floor(column));
  const float tc = column - float(c);
  Sample sample{0, Eigen::Vector3f::Zero()};
  for (int k = 0; k < 4; ++k) {
    const float w = (k / 2 ? tr : 1 - tr) * (k % 2 ? tc : 1 - tc);
    const std::size_t cell =
        std::size_t(r0 + k / 2) * columns_ + std::size_t((c + k % 2 + columns_) % columns_);
    sample.radius += w * radius_[cell];
    sample.rest += w * rest_[cell];
  }
  return sample;
}

HeadSurfaceMap::Sample HeadSurfaceMap::towards(const Eigen::Vector3f& direction) const {
  const float across = std::hypot(direction.x(), direction.z());
  return at(std::atan2(direction.x(), direction.z()), std::atan2(direction.y(), across) * kDegrees);
}

}  // namespace portrait

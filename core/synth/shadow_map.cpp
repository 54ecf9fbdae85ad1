// SPDX-License-Identifier: Apache-2.0
#include "core/synth/shadow_map.h"

#include "core/synth/rasteriser.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr float kReach = 0.8F;  // world units shown on each side of the centre
constexpr int kTaps = 8;

// A sunflower of taps over the unit disc.
const std::array<Eigen::Vector2f, kTaps>& taps() {
  static const std::array<Eigen::Vector2f, kTaps> table = [] {
    std::array<Eigen::Vector2f, kTaps> t;
    for (int k = 0; k < kTaps; ++k) {
      const float r = std::sqrt((float(k) + 0.5F) / kTaps);
      const float angle = 2.39996323F * float(k);
      t[std::size_t(k)] = {r * std::cos(angle), r * std::sin(angle)};
    }
    return t;
  }();
  return table;
}

}  // namespace

ShadowMap::ShadowMap(const Eigen::Vector3f& direction, int size)
    : size_(size),
      scale_(float(size) / (2 * kReach)),
      axis_z_(direction.normalized()),
      nearest_(std::size_t(size) * size, -1e9F) {
  const Eigen::Vector3f helper =
      std::abs(axis_z_.y()) < 0.9F ? Eigen::Vector3f::UnitY() : Eigen::Vector3f::UnitX();
  axis_x_ = helper.cross(axis_z_).normalized();
  axis_y_ = axis_z_.cross(axis_x_);
}

Eigen::Vector3f ShadowMap::map(const Eigen::Vector3f& point) const {
  return {(axis_x_.dot(point) + kReach) * scale_, (axis_y_.dot(point) + kReach) * scale_,
          axis_z_.dot(point)};
}

void ShadowMap::draw(std::span<const Eigen::Vector3f> positions,
                     std::span<const std::array<std::uint32_t, 3>> triangles) {
  std::vector<Eigen::Vector3f> mapped(positions.size());
  for (std::size_t v = 0; v < mapped.size(); ++v) mapped[v] = map(positions[v]);
  for (const std::array<std::uint32_t, 3>& t : triangles) {
    const Eigen::Vector3f& a = mapped[t[0]];
    const Eigen::Vector3f& b = mapped[t[1]];
    const Eigen::Vector3f& c = mapped[t[2]];
    // Most triangles are smaller than a texel and miss every centre.
    const auto [low_x, high_x] = std::minmax({a.x(), b.x(), c.x()});
    if (std::floor(high_x - 0.5F) < std::ceil(low_x - 0.5F)) continue;
    const auto [low_y, high_y] = std::minmax({a.y(), b.y(), c.y()});
    if (std::floor(high_y - 0.5F) < std::ceil(low_y - 0.5F)) continue;
    const ScreenTriangle triangle{{a.x(), b.x(), c.x()}, {a.y(), b.y(), c.y()}};
    rasterise(triangle, {0, 0, size_, size_}, [&](int x, int y, const std::array<double, 3>& w) {
      const float depth = float(w[0] * a.z() + w[1] * b.z() + w[2] * c.z());
      float& nearest = nearest_[std::size_t(y) * size_ + x];
      nearest = std::max(nearest, depth);
    });
  }
}

bool ShadowMap::sees(const Eigen::Vector3f& point, float bias) const {
  const Eigen::Vector3f m = map(point);
  const auto x = int(std::floor(m.x()));
  const auto y = int(std::floor(m.y()));
  if (x < 0 || y < 0 || x >= size_ || y >= size_) return true;
  return nearest_[std::size_t(y) * size_ + x] <= m.z() + bias;
}

float ShadowMap::lit(const Eigen::Vector3f& point, float bias, float radius) const {
  const Eigen::Vector3f m = map(point);
  const float texels = std::max(radius * scale_, 1.0F);
  float sum = 0;
  // Each tap is a bilinear comparison, so that penumbrae have no steps.
  for (const Eigen::Vector2f& tap : taps()) {
    const float px = m.x() + texels * tap.x() - 0.5F;
    const float py = m.y() + texels * tap.y() - 0.5F;
    const auto x = int(std::floor(px));
    const auto y = int(std::floor(py));
    if (x < 0 || y < 0 || x + 1 >= size_ || y + 1 >= size_) {
      sum += 1;
      continue;
    }
    const float tx = px - float(x);
    const float ty = py - float(y);
    const float* row = &nearest_[std::size_t(y) * size_ + x];
    const float limit = m.z() + bias + 0.4F * texels * tap.norm() / scale_;
    const auto pass = [&](float nearest) { return nearest <= limit ? 1.0F : 0.0F; };
    const float low = pass(row[0]) * (1 - tx) + pass(row[1]) * tx;
    const float high = pass(row[size_]) * (1 - tx) + pass(row[size_ + 1]) * tx;
    sum += low * (1 - ty) + high * ty;
  }
  return sum / kTaps;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/synth/shadow_map.h"

#include "core/synth/rasteriser.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr float kReach = 0.8F;  // world units shown on each side of the centre
constexpr int kTaps = 12;

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

void ShadowMap::draw(const Eigen::Vector3f& a, const Eigen::Vector3f& b, const Eigen::Vector3f& c) {
  const std::array<Eigen::Vector3f, 3> corner = {map(a), map(b), map(c)};
  ScreenTriangle triangle;
  for (std::size_t k = 0; k < 3; ++k) {
    triangle.x[k] = corner[k].x();
    triangle.y[k] = corner[k].y();
  }
  rasterise(triangle, {0, 0, size_, size_}, [&](int x, int y, const std::array<double, 3>& w) {
    const float depth = float(w[0] * corner[0].z() + w[1] * corner[1].z() + w[2] * corner[2].z());
    float& nearest = nearest_[std::size_t(y) * size_ + x];
    nearest = std::max(nearest, depth);
  });
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
  // A sunflower of taps, each a bilinear comparison, so that penumbrae have no steps.
  for (int k = 0; k < kTaps; ++k) {
    const float r = texels * std::sqrt((float(k) + 0.5F) / kTaps);
    const float angle = 2.39996323F * float(k);
    const float px = m.x() + r * std::cos(angle) - 0.5F;
    const float py = m.y() + r * std::sin(angle) - 0.5F;
    const auto x = int(std::floor(px));
    const auto y = int(std::floor(py));
    if (x < 0 || y < 0 || x + 1 >= size_ || y + 1 >= size_) {
      sum += 1;
      continue;
    }
    const float tx = px - float(x);
    const float ty = py - float(y);
    const float* row = &nearest_[std::size_t(y) * size_ + x];
    const float limit = m.z() + bias + 0.4F * (r / scale_);
    const auto pass = [&](float nearest) { return nearest <= limit ? 1.0F : 0.0F; };
    const float low = pass(row[0]) * (1 - tx) + pass(row[1]) * tx;
    const float high = pass(row[size_]) * (1 - tx) + pass(row[size_ + 1]) * tx;
    sum += low * (1 - ty) + high * ty;
  }
  return sum / kTaps;
}

}  // namespace portrait

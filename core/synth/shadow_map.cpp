// SPDX-License-Identifier: Apache-2.0
#include "core/synth/shadow_map.h"

#include "core/synth/rasteriser.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr float kReach = 0.8F;  // world units shown on each side of the centre
constexpr float kEmpty = -1e9F;

// Where a coordinate lies between the texels' centres: odd between two of them, even on one.
// Clamped a little outside the map, where nothing is drawn.
std::uint32_t half_steps(float texels, int size) {
  const float f = std::clamp(texels - 0.5F, -2.0F, float(size) + 1.0F);
  int whole = int(f);
  if (float(whole) > f) --whole;
  return std::uint32_t(2 * (whole + 2) + (f > float(whole) ? 1 : 0));
}

}  // namespace

ShadowMap::ShadowMap(const Eigen::Vector3f& direction, int size, float light_radius)
    : size_(size),
      scale_(float(size) / (2 * kReach)),
      has_disc_(light_radius > 0),
      disc_texels_(std::max(light_radius * scale_, 1.0F)),
      axis_z_(direction.normalized()),
      nearest_(std::size_t(size) * size, kEmpty) {
  const Eigen::Vector3f helper =
      std::abs(axis_z_.y()) < 0.9F ? Eigen::Vector3f::UnitY() : Eigen::Vector3f::UnitX();
  axis_x_ = helper.cross(axis_z_).normalized();
  axis_y_ = axis_z_.cross(axis_x_);
  // A sunflower of taps over the disc.
  for (int k = 0; k < kTaps; ++k) {
    const float r = std::sqrt((float(k) + 0.5F) / kTaps);
    const float angle = 2.39996323F * float(k);
    const Eigen::Vector2f tap(r * std::cos(angle), r * std::sin(angle));
    tap_x_[std::size_t(k)] = disc_texels_ * tap.x();
    tap_y_[std::size_t(k)] = disc_texels_ * tap.y();
    tap_bias_[std::size_t(k)] = 0.4F * disc_texels_ * tap.norm() / scale_;
  }
}

Eigen::Vector3f ShadowMap::map(const Eigen::Vector3f& point) const {
  return {(axis_x_.dot(point) + kReach) * scale_, (axis_y_.dot(point) + kReach) * scale_,
          axis_z_.dot(point)};
}

void ShadowMap::draw(const ShadowCasters& casters) {
  using Corners = std::array<std::uint32_t, 3>;
  std::vector<Eigen::Vector3f> mapped(casters.positions.size());
  std::vector<std::uint32_t> place(mapped.size());
  for (std::size_t v = 0; v < mapped.size(); ++v) {
    mapped[v] = map(casters.positions[v]);
    place[v] = half_steps(mapped[v].x(), size_) << 16 | half_steps(mapped[v].y(), size_);
  }
  // Most triangles are smaller than a texel and have all corners between the same centres.
  const auto covers = [&](const Corners& t) {
    const std::uint32_t differ = (place[t[0]] ^ place[t[1]]) | (place[t[0]] ^ place[t[2]]);
    return (differ >> 16) != 0 && (differ & 0xffffU) != 0;
  };
  const auto fill = [&](const Corners& t) {
    const Eigen::Vector3f& a = mapped[t[0]];
    const Eigen::Vector3f& b = mapped[t[1]];
    const Eigen::Vector3f& c = mapped[t[2]];
    const ScreenTriangle triangle{{a.x(), b.x(), c.x()}, {a.y(), b.y(), c.y()}};
    rasterise(triangle, {0, 0, size_, size_}, [&](int x, int y, const std::array<double, 3>& w) {
      const float depth = float(w[0] * a.z() + w[1] * b.z() + w[2] * c.z());
      float& nearest = nearest_[std::size_t(y) * size_ + x];
      nearest = std::max(nearest, depth);
    });
  };
  for (const Corners& t : casters.open) {
    if (covers(t)) fill(t);
  }
  for (std::size_t k = 0; k < casters.closed.size(); ++k) {
    const Corners& t = casters.closed[k];
    if (covers(t) && casters.facing[k].dot(axis_z_) > 0) fill(t);
  }
  if (has_disc_) bound_tiles();
}

void ShadowMap::bound_tiles() {
  tiles_ = (size_ + kTile - 1) / kTile;
  // Outside everything is lit: no tile whose disc reaches there is dark.
  std::vector<Bounds> own(std::size_t(tiles_) * tiles_, Bounds{1e9F, kEmpty});
  for (int y = 0; y < size_; ++y) {
    for (int x = 0; x < size_; ++x) {
      const float depth = nearest_[std::size_t(y) * size_ + x];
      Bounds& b = own[std::size_t(y / kTile) * tiles_ + x / kTile];
      b.low = std::min(b.low, depth);
      b.high = std::max(b.high, depth);
    }
  }
  // From a point in tile k the disc reaches so many tiles to each side, across, then along.
  const int reach = int(disc_texels_ + 1.5F) / kTile + 1;
  const auto widen = [&](const std::vector<Bounds>& from, int step_of_k, int step_of_line) {
    std::vector<Bounds> to(from.size());
    for (int line = 0; line < tiles_; ++line) {
      for (int k = 0; k < tiles_; ++k) {
        Bounds all{1e9F, kEmpty};
        for (int n = k - reach; n <= k + reach; ++n) {
          const bool inside = n >= 0 && n < tiles_;
          const Bounds b = inside ? from[std::size_t(n * step_of_k + line * step_of_line)]
                                  : Bounds{kEmpty, kEmpty};
          all.low = std::min(all.low, b.low);
          all.high = std::max(all.high, b.high);
        }
        to[std::size_t(k * step_of_k + line * step_of_line)] = all;
      }
    }
    return to;
  };
  bounds_ = widen(widen(own, 1, tiles_), tiles_, 1);
}

bool ShadowMap::sees(const Eigen::Vector3f& point, float bias) const {
  const Eigen::Vector3f m = map(point);
  if (!(m.x() >= 0 && m.y() >= 0 && m.x() < float(size_) && m.y() < float(size_))) return true;
  return nearest_[std::size_t(int(m.y())) * size_ + int(m.x())] <= m.z() + bias;
}

// All eight side by side; the disc lies within the map.
float ShadowMap::all_taps(const Eigen::Vector3f& m, float bias) const {
  using Taps = Eigen::Array<float, kTaps, 1>;
  const Taps px = m.x() + Eigen::Map<const Taps>(tap_x_.data()) - 0.5F;
  const Taps py = m.y() + Eigen::Map<const Taps>(tap_y_.data()) - 0.5F;
  const Eigen::Array<int, kTaps, 1> x = px.cast<int>();
  const Eigen::Array<int, kTaps, 1> y = py.cast<int>();
  Taps upper_left, upper_right, lower_left, lower_right;
  for (int k = 0; k < kTaps; ++k) {
    const float* row = &nearest_[std::size_t(y[k]) * size_ + x[k]];
    upper_left[k] = row[0];
    upper_right[k] = row[1];
    lower_left[k] = row[size_];
    lower_right[k] = row[size_ + 1];
  }
  const Taps tx = px - x.cast<float>();
  const Taps ty = py - y.cast<float>();
  const Taps limit = m.z() + bias + Eigen::Map<const Taps>(tap_bias_.data());
  const auto pass = [&](const Taps& nearest) -> Taps { return (nearest <= limit).cast<float>(); };
  const Taps low = pass(upper_left) * (1 - tx) + pass(upper_right) * tx;
  const Taps high = pass(lower_left) * (1 - tx) + pass(lower_right) * tx;
  const Taps value = low * (1 - ty) + high * ty;
  float sum = 0;
  for (int k = 0; k < kTaps; ++k) sum += value[k];
  return sum / kTaps;
}

float ShadowMap::lit(const Eigen::Vector3f& point, float bias) const {
  const Eigen::Vector3f m = map(point);
  const bool inside = m.x() >= 0 && m.y() >= 0 && m.x() < float(size_) && m.y() < float(size_);
  if (inside && tiles_ > 0) {
    // Far from any edge of a shadow all taps agree.
    const Bounds& b = bounds_[std::size_t(int(m.y()) / kTile) * tiles_ + int(m.x()) / kTile];
    if (b.high <= m.z() + bias + tap_bias_.front()) return 1;
    if (b.low > m.z() + bias + tap_bias_.back()) return 0;
    const float low = disc_texels_ + 0.5F;
    const float high = float(size_ - 1) - disc_texels_;
    if (m.x() >= low && m.y() >= low && m.x() < high && m.y() < high) return all_taps(m, bias);
  }
  float sum = 0;
  // Each tap is a bilinear comparison, so that penumbrae have no steps.
  for (std::size_t k = 0; k < kTaps; ++k) {
    const float px = m.x() + tap_x_[k] - 0.5F;
    const float py = m.y() + tap_y_[k] - 0.5F;
    if (!(px >= 0 && py >= 0 && px < float(size_ - 1) && py < float(size_ - 1))) {
      sum += 1;
      continue;
    }
    const auto x = int(px);
    const auto y = int(py);
    const float tx = px - float(x);
    const float ty = py - float(y);
    const float* row = &nearest_[std::size_t(y) * size_ + x];
    const float limit = m.z() + bias + tap_bias_[k];
    const auto pass = [&](float nearest) { return nearest <= limit ? 1.0F : 0.0F; };
    const float low = pass(row[0]) * (1 - tx) + pass(row[1]) * tx;
    const float high = pass(row[size_]) * (1 - tx) + pass(row[size_ + 1]) * tx;
    sum += low * (1 - ty) + high * ty;
  }
  return sum / kTaps;
}

}  // namespace portrait

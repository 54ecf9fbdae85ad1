// SPDX-License-Identifier: Apache-2.0
#include "core/synth/face_regions.h"

#include "core/synth/noise.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

struct Knot {
  float azimuth_deg;
  float height_cm;
};

float along(std::span<const Knot> knots, float azimuth_deg) {
  if (azimuth_deg <= knots.front().azimuth_deg) return knots.front().height_cm;
  for (std::size_t k = 1; k < knots.size(); ++k) {
    if (azimuth_deg > knots[k].azimuth_deg) continue;
    const float t = (azimuth_deg - knots[k - 1].azimuth_deg) /
                    (knots[k].azimuth_deg - knots[k - 1].azimuth_deg);
    return knots[k - 1].height_cm + t * (knots[k].height_cm - knots[k - 1].height_cm);
  }
  return knots.back().height_cm;
}

// Round the vertical axis through the middle of the skull; 0 = front, 180 = back.
float azimuth_of(const Eigen::Vector3f& rest) {
  return std::atan2(std::abs(rest.x()), rest.z() - 1.0F) * 57.29578F;
}

Eigen::Vector2f frontal(const Eigen::Vector3f& p) {
  return {p.x(), p.y()};
}

}  // namespace

float scalp_distance(const Eigen::Vector3f& rest, float hairline, float crown) {
  // Forehead, temple, sideburn in front of the ear, arch over the ear, nape.
  static constexpr Knot kLine[] = {
      {0, 10.7F},  {14, 10.7F}, {26, 10.3F},  {38, 9.6F},   {47, 8.6F},  {55, 7.2F},
      {61, 5.8F},  {66, 4.2F},  {70, 2.4F},   {74, 1.0F},   {78, 1.4F},  {82, 4.4F},
      {100, 4.8F}, {112, 2.2F}, {122, -1.5F}, {140, -4.2F}, {180, -5.2F}};
  const float azimuth = azimuth_of(rest);
  float line = along(kLine, azimuth);
  // The hairline recedes most at the corners over the temples.
  const float front = 1 - noise::smoothstep(45, 62, azimuth);
  const float corner = noise::bump(azimuth - 34, 16);
  // No hairline is drawn with a ruler.
  const float side = rest.x() < 0 ? 31.0F : 0.0F;
  line += front * (0.30F * noise::value1(azimuth / 9 + side, 7U) +
                   0.16F * noise::value1(azimuth / 3 + side, 9U));
  line += hairline * front * (hairline > 0 ? 0.9F + 1.6F * corner : 0.7F);
  // On the steep sides a height is a distance; on the flat top it is not.
  const float slope = rest.y() > 9.5F && azimuth < 60 ? 1.5F : 1.0F;
  float inside = (rest.y() - line) * slope;
  if (crown > 0) {
    const float patch = (rest - Eigen::Vector3f(0, 14.2F, -1.5F)).norm() - (1.5F + 6.5F * crown);
    inside = std::min(inside, patch);
  }
  return inside;
}

float rim_distance(const Eigen::Vector3f& rest) {
  return rest.y() - 7.9F + 0.36F * (9 - rest.z());
}

float polygon_distance(const Eigen::Vector2f& point, std::span<const Eigen::Vector2f> polygon) {
  bool inside = false;
  float best = 1e9F;
  for (std::size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
    const Eigen::Vector2f& a = polygon[i];
    const Eigen::Vector2f& b = polygon[j];
    const Eigen::Vector2f edge = b - a;
    const float t = std::clamp((point - a).dot(edge) / edge.squaredNorm(), 0.0F, 1.0F);
    best = std::min(best, (point - a - t * edge).squaredNorm());
    if ((a.y() > point.y()) != (b.y() > point.y()) &&
        point.x() < (b.x() - a.x()) * (point.y() - a.y()) / (b.y() - a.y()) + a.x()) {
      inside = !inside;
    }
  }
  return inside ? std::sqrt(best) : -std::sqrt(best);
}

float lip_distance(const Eigen::Vector3f& rest, const Landmarks& landmarks) {
  if (std::abs(rest.x()) > 3.2F || rest.y() > -1.8F || rest.y() < -5.2F || rest.z() < 7.5F) {
    return -10;
  }
  std::array<Eigen::Vector2f, 12> outline;
  for (std::size_t i = 0; i < 12; ++i) outline[i] = frontal(landmarks[48 + i]);
  return polygon_distance(frontal(rest), outline);
}

float eye_distance(const Eigen::Vector3f& rest, const Landmarks& landmarks) {
  if (std::abs(rest.x()) > 6 || std::abs(rest.x()) < 0.8F || rest.y() > 5.6F || rest.y() < 1.6F ||
      rest.z() < 6) {
    return -10;
  }
  const std::size_t first = rest.x() > 0 ? 42 : 36;
  std::array<Eigen::Vector2f, 6> outline;
  for (std::size_t i = 0; i < 6; ++i) outline[i] = frontal(landmarks[first + i]);
  return polygon_distance(frontal(rest), outline);
}

BrowPlace brow_place(const Eigen::Vector3f& rest, const Landmarks& landmarks) {
  BrowPlace place;
  if (rest.z() < 5 || rest.y() < 3.8F || rest.y() > 8 || std::abs(rest.x()) > 7.2F) return place;
  // Inner to outer end: 22..26 on the +X side, 21..17 on the other.
  const bool left = rest.x() > 0;
  const auto at = [&](std::size_t i) { return landmarks[left ? 22 + i : 21 - i]; };
  // Near the brow's tail the surface turns sideways: measure in (arc, y).
  const auto flat = [](const Eigen::Vector3f& p) {
    return Eigen::Vector2f(std::abs(p.x()) + 0.6F * std::max(0.0F, 9.5F - p.z()), p.y());
  };
  const Eigen::Vector2f p = flat(rest);
  float best = 1e9F;
  for (std::size_t i = 0; i < 4; ++i) {
    const Eigen::Vector2f a = flat(at(i));
    const Eigen::Vector2f edge = flat(at(i + 1)) - a;
    const float t = (p - a).dot(edge) / edge.squaredNorm();
    const float inside = std::clamp(t, i == 0 ? -0.25F : 0.0F, i == 3 ? 1.2F : 1.0F);
    const Eigen::Vector2f away = p - a - inside * edge;
    if (away.squaredNorm() >= best) continue;
    best = away.squaredNorm();
    place.along = (float(i) + inside) / 4;
    place.across = away.norm() * (away.y() >= 0 ? 1.0F : -1.0F);
    // Beyond an end the distance along counts, or the brow would never end.
    if (inside != t) place.across = away.norm();
  }
  const float a = std::clamp(place.along, 0.0F, 1.0F);
  const float half_thickness = 0.42F * (0.75F + 0.5F * a) * (1 - 0.75F * a * a) + 0.06F;
  place.across /= half_thickness;
  return place;
}

float beard_weight(const Eigen::Vector3f& rest, const Landmarks& landmarks, float reach) {
  if (rest.y() > 4.5F || rest.y() < -12 || rest.z() < 1.5F) return 0;
  const float azimuth = azimuth_of(rest);
  // Upper border: under the nose, down past the corner of the mouth, up to the sideburn.
  const Knot border[] = {{0, -1.3F},
                         {14, -1.6F},
                         {20, -3.2F + 0.8F * reach},
                         {30, -5.5F + 3.2F * reach},
                         {50, -7.5F + 6.5F * reach},
                         {64, -8.0F + 9.0F * reach},
                         {74, -8.0F + 10.5F * reach}};
  const float upper = noise::smoothstep(-0.4F, 0.9F, along(border, azimuth) - rest.y());
  // It thins out under the jaw.
  const float lower = noise::smoothstep(-11.0F, -8.0F, rest.y());
  const float side = 1 - noise::smoothstep(72, 80, azimuth);
  const float lips = 1 - noise::smoothstep(-0.35F, -0.1F, lip_distance(rest, landmarks));
  // The bare strip beside the tuft under the lower lip.
  const float strip = noise::bump(std::abs(rest.x()) - 1.5F, 0.8F) *
                      noise::bump(rest.y() + 5.1F, 0.7F) * (1 - reach * 0.6F);
  return upper * lower * side * lips * (1 - strip);
}

}  // namespace portrait

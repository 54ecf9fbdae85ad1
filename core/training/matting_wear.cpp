// SPDX-License-Identifier: Apache-2.0
#include "core/training/matting_wear.h"

#include "core/training/matting_patterns.h"

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

Pattern any_pattern(RandomStream& random) {
  return Pattern(random.integer(0, kPatternCount - 1));
}

// What lies behind the person and belongs to it.
void put_behind(float opacity, const float* colour, float shade, float* p) {
  const float seen = (1 - p[3]) * opacity;
  for (int c = 0; c < 3; ++c) p[c] += seen * std::clamp(shade * colour[c], 0.0F, 1.0F);
  p[3] += seen;
}

}  // namespace

void dress(const Camera& crop_camera, Image& person, RandomStream& random) {
  const int size = person.width;
  const Image cloth = draw_pattern(any_pattern(random), random, size);
  const Projection neck =
      project(crop_camera, Eigen::Vector3d(0, random.uniform(-0.40, -0.22), 0.1));
  const double x0 = neck.u * size;
  const double y0 = neck.v * size;
  const double depth = random.uniform(0, 0.16) * size;  // of the neckline
  const double width = random.uniform(0.08, 0.25) * size;
  const auto strength = float(random.uniform(0.6, 1));
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double across = std::min(1.0, std::abs(x - x0) / width);
      const double below = y - (y0 + depth * (0.5 - across * across));
      if (below < 0) continue;
      float* p = person.at(x, y);
      const float a = p[3];
      if (a <= 0) continue;
      const float luma = 0.3F * p[0] + 0.59F * p[1] + 0.11F * p[2];
      const float shade = std::clamp(0.35F + 1.3F * luma / a, 0.3F, 1.4F);
      for (int c = 0; c < 3; ++c) {
        const float to = std::min(1.0F, cloth.at(x, y)[c] * shade) * a;
        p[c] += strength * (to - p[c]);
      }
    }
  }
}

void add_shoulders(const Camera& crop_camera, Image& person, RandomStream& random) {
  const int size = person.width;
  const Image cloth = draw_pattern(any_pattern(random), random, size);
  const Projection neck =
      project(crop_camera, Eigen::Vector3d(0, random.uniform(-0.36, -0.18), 0));
  const double x0 = neck.u * size, y0 = neck.v * size;
  const double at_neck = random.uniform(0.08, 0.18) * size;
  const double at_shoulder = random.uniform(0.3, 0.6) * size;
  const double drop = random.uniform(0.04, 0.2) * size;
  const double round = random.uniform(0.5, 2);
  const double folds = random.uniform(0, 0.4), fold_length = random.uniform(4, 30);
  const double slant = random.normal(0, 1);
  for (int y = std::max(0, int(y0)); y < size; ++y) {
    const double t = std::clamp((y - y0) / drop, 0.0, 1.0);
    const double half = at_neck + (at_shoulder - at_neck) * std::pow(t, round);
    for (int x = 0; x < size; ++x) {
      const double inside = std::min(half - std::abs(x - x0), y - y0) + 0.5;
      if (inside <= 0) continue;
      const double shade = 1 + folds * std::sin((x + slant * y) / fold_length);
      put_behind(float(std::min(1.0, inside)), cloth.at(x, y), float(shade), person.at(x, y));
    }
  }
}

void add_hair(const Camera& crop_camera, Image& person, RandomStream& random) {
  const int size = person.width;
  const Image hair = draw_pattern(Pattern::kStrands, random, size);
  const Projection skull = project(crop_camera, Eigen::Vector3d(0, 0.13, -0.03));
  const double per_unit = crop_camera.focal_y / skull.depth * size;
  const double rx = 0.19 * per_unit * random.uniform(1.0, 1.6);
  const double above = 0.265 * per_unit * random.uniform(0.95, 1.35);
  const double below = 0.265 * per_unit * random.uniform(0.7, 2.2);
  std::array<double, 12> wave{}, phase{};
  const double uneven = random.uniform(0.02, 0.12);
  for (std::size_t k = 0; k < wave.size(); ++k) {
    wave[k] = uneven * random.normal() / std::sqrt(double(k) + 1);
    phase[k] = random.uniform(0, 2 * std::numbers::pi);
  }
  const double soft = random.uniform(0.6, 6);     // px
  const double ragged = random.uniform(0, 5);     // px
  const Image noise = draw_pattern(Pattern::kStrands, random, size);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double dx = x - skull.u * size, dy = y - skull.v * size;
      const double ry = dy < 0 ? above : below;
      const double angle = std::atan2(dy / ry, dx / rx);
      double reach = 1;
      for (std::size_t k = 0; k < wave.size(); ++k) {
        reach += wave[k] * std::cos((double(k) + 1) * angle + phase[k]);
      }
      const double inside = (reach - std::hypot(dx / rx, dy / ry)) * rx +
                            ragged * 4 * (double(noise.at(x, y)[1]) - 0.4);
      const double opacity = std::clamp(0.5 + inside / (2 * soft), 0.0, 1.0);
      if (opacity <= 0) continue;
      put_behind(float(opacity), hair.at(x, y), 1, person.at(x, y));
    }
  }
}

}  // namespace portrait

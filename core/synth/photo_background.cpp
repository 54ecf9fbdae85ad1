// SPDX-License-Identifier: Apache-2.0
#include "core/synth/photo_background.h"

#include "core/base/thread_pool.h"
#include "core/synth/noise.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <vector>

namespace portrait {
namespace {

Eigen::Vector3f draw_colour(RandomStream& random) {
  const float value = float(random.uniform(0.05, 0.95));
  const float saturation = float(std::pow(random.uniform(), 1.6)) * 0.7F;
  Eigen::Vector3f hue(float(random.uniform()), float(random.uniform()), float(random.uniform()));
  hue /= std::max(hue.maxCoeff(), 1e-3F);
  return value * (Eigen::Vector3f::Ones() * (1 - saturation) + saturation * hue);
}

struct Shape {
  Eigen::Vector2f centre, half;
  float turn, soft, opacity, roundness;
  Eigen::Vector3f colour;

  float cover(const Eigen::Vector2f& p) const {
    const Eigen::Vector2f d = p - centre;
    const Eigen::Vector2f q(std::abs(std::cos(turn) * d.x() + std::sin(turn) * d.y()) / half.x(),
                            std::abs(-std::sin(turn) * d.x() + std::cos(turn) * d.y()) / half.y());
    const float box = std::max(q.x(), q.y());
    const float distance = box + roundness * (q.norm() - box);
    const float edge = soft / half.minCoeff();
    return opacity * (1 - noise::smoothstep(1 - edge, 1 + edge, distance));
  }
};

}  // namespace

Image draw_background(const RandomKey& key, int size) {
  RandomStream random(key);
  const Eigen::Vector3f first = draw_colour(random);
  const bool plain = random.chance(0.35);
  const Eigen::Vector3f second =
      plain ? Eigen::Vector3f(first * float(random.uniform(0.6, 1.1))) : draw_colour(random);
  const float turn = float(random.uniform(0, 6.2832));
  const Eigen::Vector2f along(std::cos(turn), std::sin(turn));
  const float focus = float(std::pow(random.uniform(), 2.0)) * 0.10F + 0.004F;
  std::vector<Shape> shapes;
  const int count = plain ? random.integer(0, 2) : random.integer(3, 22);
  for (int i = 0; i < count; ++i) {
    Shape shape;
    shape.centre = {float(random.uniform(-0.1, 1.1)), float(random.uniform(-0.1, 1.1))};
    const double scale = std::pow(random.uniform(0.15, 0.75), 2.0);
    shape.half = {float(scale * random.uniform(0.3, 1.6)), float(scale * random.uniform(0.3, 1.6))};
    shape.turn = random.chance(0.6) ? 0 : float(random.uniform(0, 3.1416));
    shape.soft = focus * float(random.uniform(0.5, 2.0));
    shape.opacity = float(random.uniform(0.3, 1.0));
    shape.roundness = random.chance(0.5) ? 0 : 1;
    shape.colour = draw_colour(random);
    shapes.push_back(shape);
  }
  const std::uint32_t seed = random.next_u32();
  const float grain = float(random.uniform(0.0, plain ? 0.04 : 0.14));
  const float wavelength = float(random.uniform(0.05, 0.5));
  const float vignette = random.chance(0.4) ? float(random.uniform(0, 0.5)) : 0;

  Image image(size, size, 3);
  parallel_for(size, 8, [&](std::int64_t begin, std::int64_t end) {
    for (int y = int(begin); y < int(end); ++y) {
      for (int x = 0; x < size; ++x) {
        const Eigen::Vector2f p((float(x) + 0.5F) / float(size), (float(y) + 0.5F) / float(size));
        const float t = std::clamp((p - Eigen::Vector2f(0.5F, 0.5F)).dot(along) + 0.5F, 0.0F, 1.0F);
        Eigen::Vector3f c = first + t * (second - first);
        for (const Shape& shape : shapes) {
          const float cover = shape.cover(p);
          if (cover > 0) c += cover * (shape.colour - c);
        }
        c *=
            1 + grain * noise::fractal3({p.x(), p.y(), 0}, wavelength, 4, 0.6F, focus * 0.3F, seed);
        c *= 1 - vignette * (p - Eigen::Vector2f(0.5F, 0.5F)).squaredNorm() * 2;
        float* pixel = image.at(x, y);
        for (int k = 0; k < 3; ++k) pixel[k] = std::clamp(c[k], 0.0F, 1.0F);
      }
    }
  });
  return image;
}

}  // namespace portrait

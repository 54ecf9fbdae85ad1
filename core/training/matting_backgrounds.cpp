// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/image/filters.h"
#include "core/image/resample.h"
#include "core/synth/photo_background.h"
#include "core/training/matting_augment.h"
#include "core/training/matting_patterns.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

Image turned_pattern(RandomStream& random, int size) {
  const auto kind = Pattern(random.integer(0, kPatternCount - 1));
  const int large = size * 5 / 4;
  const Image pattern = draw_pattern(kind, random, large);
  const double turn = random.chance(0.7) ? random.normal(0, 0.06) : random.uniform(-0.6, 0.6);
  const double scale = random.uniform(0.5, 1.0);
  const double c = scale * std::cos(turn), s = scale * std::sin(turn);
  Affine2 map;
  map << c, -s, 0, s, c, 0;
  map.col(2) = Eigen::Vector2d::Constant(large / 2.0) -
               map.leftCols<2>() * Eigen::Vector2d::Constant(size / 2.0);
  WarpOptions warp;
  warp.cubic = false;
  return warp_affine(pattern, map, size, size, warp);
}

// A half of the picture, a board or a disc of it shows another pattern.
void join(const Image& other, Image& picture, RandomStream& random) {
  const int size = picture.width;
  const double turn = random.uniform(0, 2 * std::numbers::pi);
  const double x0 = random.uniform(0, size), y0 = random.uniform(0, size);
  const double rx = size * random.uniform(0.08, 0.6), ry = size * random.uniform(0.08, 0.6);
  const int kind = random.integer(0, 2);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double dx = x - x0, dy = y - y0;
      const double u = std::cos(turn) * dx + std::sin(turn) * dy;
      const bool inside = kind == 0   ? u > 0
                          : kind == 1 ? std::abs(dx) < rx && std::abs(dy) < ry
                                      : std::hypot(dx / rx, dy / ry) < 1;
      if (inside) std::copy_n(other.at(x, y), 3, picture.at(x, y));
    }
  }
}

}  // namespace

Image draw_matting_background(RandomStream& random, int size) {
  Image picture;
  if (random.chance(0.2)) {
    picture = draw_background({random.next_u32(), random_purpose("matting background"), 0, 0}, size);
  } else {
    picture = turned_pattern(random, size);
    for (int more = random.integer(0, 2); more > 0; --more) {
      join(turned_pattern(random, size), picture, random);
    }
  }
  if (random.chance(0.5)) {
    const double sigma = std::exp(random.uniform(std::log(0.5), std::log(9.0)));
    picture = gaussian_blur(picture, sigma * size / 256);
  }
  const double gain = std::exp(random.normal(0, 0.25));
  const double lift = std::max(0.0, random.normal(0, 0.08));
  for (float& v : picture.pixels) v = float(std::clamp(lift + gain * v, 0.0, 1.0));
  return picture;
}

}  // namespace portrait

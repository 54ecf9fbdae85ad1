// SPDX-License-Identifier: Apache-2.0
#include "core/training/matting_spoil.h"

#include "core/image/filters.h"
#include "core/image/resample.h"
#include "core/synth/photo_faults.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace portrait {
namespace {

float luma_of(const float* p) { return 0.3F * p[0] + 0.59F * p[1] + 0.11F * p[2]; }

struct Grade {
  std::array<double, 3> gain;
  double gamma, contrast, saturation, brightness;

  Grade(RandomStream& random, double strength)
      : gamma(std::exp(random.normal(0, 0.25 * strength))),
        contrast(std::exp(random.normal(0, 0.15 * strength))),
        saturation(std::max(0.0, 1 + random.normal(0, 0.3 * strength))),
        brightness(random.normal(0, 0.06 * strength)) {
    const double exposure = random.normal(0, 0.15 * strength);
    for (double& g : gain) g = std::exp(exposure + random.normal(0, 0.06 * strength));
  }
  void apply(float* p) const {
    const float l = luma_of(p);
    for (std::size_t c = 0; c < 3; ++c) {
      double v = std::clamp((l + saturation * (p[c] - l)) * gain[c], 0.0, 1.5);
      v = 0.5 + contrast * (std::pow(v, gamma) - 0.5) + brightness;
      p[c] = float(std::clamp(v, 0.0, 1.0));
    }
  }
};

}  // namespace

void change_light(Image& person, RandomStream& random) {
  const Grade grade(random, 1);
  for (std::size_t i = 0; i < person.pixels.size(); i += 4) {
    float* p = &person.pixels[i];
    const float a = p[3];
    if (a <= 0) continue;
    for (std::size_t c = 0; c < 3; ++c) p[c] /= a;
    grade.apply(p);
    for (std::size_t c = 0; c < 3; ++c) p[c] *= a;
  }
}

void tint_like(const Image& person, Image& background, RandomStream& random) {
  std::array<float, 3> wanted{};
  for (int tries = 0; tries < 40; ++tries) {
    const float* p = person.at(random.integer(0, person.width - 1),
                               random.integer(0, person.height - 1));
    if (p[3] < 0.9F) continue;
    for (std::size_t c = 0; c < 3; ++c) wanted[c] = p[c] / p[3];
    break;
  }
  std::array<double, 3> mean{};
  const double share = 3.0 / double(background.pixels.size());
  for (std::size_t i = 0; i < background.pixels.size(); ++i) {
    mean[i % 3] += share * background.pixels[i];
  }
  const double keep = random.uniform(0.2, 0.9);  // of the pattern's contrast
  for (std::size_t i = 0; i < background.pixels.size(); ++i) {
    const double v = wanted[i % 3] + keep * (background.pixels[i] - mean[i % 3]);
    background.pixels[i] = float(std::clamp(v, 0.0, 1.0));
  }
}

void spoil_photo(Image& photo, Image& matte, RandomStream& random) {
  const int size = photo.width;
  if (random.chance(0.25)) {
    const int small = random.integer(size / 3, size * 9 / 10);
    const auto soften = [&](const Image& image) {
      return resize(resize(image, small, small), size, size, Interpolation::kBilinear);
    };
    photo = soften(photo);
    matte = soften(matte);
  }
  if (random.chance(0.35)) {
    const double sigma = random.uniform(0.2, 1.4);
    photo = gaussian_blur(photo, sigma);
    matte = gaussian_blur(matte, sigma);
  }
  const Grade grade(random, 0.7);
  const bool grey = random.chance(0.08);
  // Light that falls off to one side.
  const double slope_x = random.normal(0, 0.2) / size, slope_y = random.normal(0, 0.2) / size;
  const double noise = random.chance(0.5) ? 0.06 * random.uniform() * random.uniform() : 0.002;
  std::vector<float> grain(photo.pixels.size());
  random.fill_normal(grain);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      float* p = photo.at(x, y);
      const double light = 1 + slope_x * (x - size / 2) + slope_y * (y - size / 2);
      for (int c = 0; c < 3; ++c) p[c] = float(p[c] * light);
      if (grey) std::fill_n(p, 3, luma_of(p));
      grade.apply(p);
      if (grey) std::fill_n(p, 3, luma_of(p));
      const float* g = &grain[std::size_t(p - photo.pixels.data())];
      for (int c = 0; c < 3; ++c) {
        p[c] = float(std::clamp(double(p[c]) + noise * double(g[c]), 0.0, 1.0));
      }
    }
  }
  if (random.chance(0.4)) compress_blocks(photo, random.integer(30, 95));
}

}  // namespace portrait

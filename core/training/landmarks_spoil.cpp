// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/landmarks_spoil.h"

#include "core/image/filters.h"
#include "core/image/resample.h"
#include "core/photo/landmark_net.h"
#include "core/training/landmarks_cache.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace portrait {
namespace {

constexpr int kSize = LandmarkNet::kCropSize;

// A thing in front: a turned ellipse or box, plain, striped or cut out of another face.
void occlude(Image& image, const std::uint8_t* other, RandomStream& random) {
  const double cx = random.uniform(0, kSize), cy = random.uniform(0, kSize);
  const double rx = random.uniform(6, 34), ry = random.uniform(6, 34);
  const double turn = random.uniform(0, std::numbers::pi);
  const bool box = random.chance(0.5);
  const int kind = random.integer(0, 2);
  const std::array<double, 3> colour = {random.uniform(), random.uniform(), random.uniform()};
  const double stripe = random.uniform(2, 9);
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      const double u = (std::cos(turn) * (x - cx) + std::sin(turn) * (y - cy)) / rx;
      const double v = (-std::sin(turn) * (x - cx) + std::cos(turn) * (y - cy)) / ry;
      if (box ? std::max(std::abs(u), std::abs(v)) > 1 : u * u + v * v > 1) continue;
      float* p = image.at(x, y);
      const double shade = kind == 1 && std::fmod(std::abs(u * rx), 2 * stripe) < stripe ? 0.5 : 1;
      for (int c = 0; c < 3; ++c) {
        p[c] = kind == 2 ? other[(std::size_t(y + 32) * kLandmarkCachePx + x + 32) * 3 + c] / 255.0F
                         : float(colour[c] * shade);
      }
    }
  }
}

}  // namespace

void spoil_crop(Image& image, const std::uint8_t* other, RandomStream& random) {
  for (int i = random.chance(0.45) ? random.integer(1, 2) : 0; i > 0; --i) {
    occlude(image, other, random);
  }
  if (random.chance(0.3)) {  // low resolution
    const int small = random.integer(28, 90);
    image = resize(resize(image, small, small), kSize, kSize, Interpolation::kBilinear);
  }
  if (random.chance(0.35)) image = gaussian_blur(image, random.uniform(0.3, 2.0));
  const bool grey = random.chance(0.1);
  const double gamma = std::exp(random.normal(0, 0.25));
  const double contrast = std::exp(random.normal(0, 0.2));
  const double saturation = std::max(0.0, 1 + random.normal(0, 0.35));
  const double noise = random.chance(0.5) ? random.uniform(0, 0.05) : 0;
  std::array<double, 3> gain{};
  const double brightness = random.normal(0, 0.08);
  for (double& g : gain) g = std::exp(random.normal(0, 0.1));
  // Light that falls off to one side.
  const double slope_x = random.normal(0, 0.25) / kSize, slope_y = random.normal(0, 0.25) / kSize;
  std::vector<float> grain;
  if (noise > 0) {
    grain.resize(image.pixels.size());
    random.fill_normal(grain);
  }
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      float* p = image.at(x, y);
      const double l = 0.3 * p[0] + 0.59 * p[1] + 0.11 * p[2];
      const double light = 1 + slope_x * (x - kSize / 2) + slope_y * (y - kSize / 2);
      for (int c = 0; c < 3; ++c) {
        double v = grey ? l : l + saturation * (p[c] - l);
        v = std::pow(std::clamp(v * gain[grey ? 0 : c] * light, 0.0, 1.5), gamma);
        v = 0.5 + contrast * (v - 0.5) + brightness;
        if (noise > 0) v += noise * grain[(std::size_t(y) * kSize + x) * 3 + c];
        p[c] = float(std::clamp(v, 0.0, 1.0));
      }
    }
  }
}

}  // namespace portrait

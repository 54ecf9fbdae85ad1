// SPDX-License-Identifier: Apache-2.0
#include "core/metrics/matte_metrics.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace portrait {
namespace {

constexpr double kSigma = 1.4;
constexpr int kReach = 5;
using Taps = std::array<double, 2 * kReach + 1>;

void require_pair(const Image& matte, const Image& truth) {
  check(matte.channels == 1 && truth.channels == 1 && matte.width == truth.width &&
            matte.height == truth.height && !matte.empty(),
        ErrorCode::kBadUsage, "Two mattes of one size were expected, got {}x{}x{} and {}x{}x{}",
        matte.width, matte.height, matte.channels, truth.width, truth.height, truth.channels);
}

// Border replicated.
std::vector<double> filtered(const Image& image, const Taps& across, const Taps& down) {
  const auto column = [&](int x) { return std::clamp(x, 0, image.width - 1); };
  const auto row = [&](int y) { return std::clamp(y, 0, image.height - 1); };
  std::vector<double> first(image.pixels.size()), second(image.pixels.size());
  const auto index = [&](int x, int y) {
    return std::size_t(y) * std::size_t(image.width) + std::size_t(x);
  };
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int k = -kReach; k <= kReach; ++k) {
        first[index(x, y)] +=
            across[std::size_t(k + kReach)] * double(image.pixels[index(column(x + k), y)]);
      }
    }
  }
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int k = -kReach; k <= kReach; ++k) {
        second[index(x, y)] += down[std::size_t(k + kReach)] * first[index(x, row(y + k))];
      }
    }
  }
  return second;
}

std::vector<double> gradient_length(const Image& image) {
  Taps blur{}, slope{};
  double sum = 0, moment = 0;
  for (int k = -kReach; k <= kReach; ++k) {
    const double g = std::exp(-0.5 * k * k / (kSigma * kSigma));
    blur[std::size_t(k + kReach)] = g;
    slope[std::size_t(k + kReach)] = k * g;
    sum += g;
    moment += k * k * g;
  }
  for (double& b : blur) b /= sum;
  for (double& s : slope) s /= moment;  // a ramp of 1 per pixel has slope 1
  std::vector<double> length = filtered(image, slope, blur);
  const std::vector<double> down = filtered(image, blur, slope);
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = std::hypot(length[i], down[i]);
  return length;
}

}  // namespace

double matte_difference(const Image& matte, const Image& truth) {
  require_pair(matte, truth);
  double sum = 0;
  for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
    sum += std::abs(double(matte.pixels[i]) - double(truth.pixels[i]));
  }
  return sum / double(matte.pixels.size());
}

double matte_gradient_error(const Image& matte, const Image& truth) {
  require_pair(matte, truth);
  const std::vector<double> a = gradient_length(matte);
  const std::vector<double> b = gradient_length(truth);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum / 1000;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <Eigen/Core>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace portrait {

// Portrait4D's renderer, number by number, from its published rules.
struct SlowHead {
  Tensor planes;                                                // [3,32,R,R]
  Tensor w0, b0, density, density_bias, colours, colours_bias;  // as stored: gains are not in them

  // One plane at (u, v), -1 to 1 across it, columns along u; zeros outside.
  double texel(int plane, int channel, double u, double v) const {
    const auto p = planes.accessor<float, 4>();
    const auto side = static_cast<double>(planes.size(3));
    const double x = (u + 1) / 2 * side - 0.5;
    const double y = (v + 1) / 2 * side - 0.5;
    double sum = 0;
    for (int dy = 0; dy < 2; ++dy) {
      for (int dx = 0; dx < 2; ++dx) {
        const auto column = static_cast<std::int64_t>(std::floor(x)) + dx;
        const auto row = static_cast<std::int64_t>(std::floor(y)) + dy;
        if (column < 0 || row < 0 || column >= planes.size(3) || row >= planes.size(2)) continue;
        sum += p[plane][channel][row][column] * (1 - std::abs(x - double(column))) *
               (1 - std::abs(y - double(row)));
      }
    }
    return sum;
  }

  // s and the 32 colours.
  std::array<double, 33> at(const Eigen::Vector3d& point) const {
    const Eigen::Vector3d unit = point * 2 / 1.3;
    const double places[3][2] = {{unit.x(), unit.y()}, {unit.y(), unit.z()}, {unit.z(), unit.x()}};
    std::array<double, 64> hidden{};
    for (int h = 0; h < 64; ++h) hidden[std::size_t(h)] = b0[h].item<double>();
    const auto w = w0.accessor<float, 2>();
    for (int c = 0; c < 32; ++c) {
      double mean = 0;
      for (int p = 0; p < 3; ++p) mean += texel(p, c, places[p][0], places[p][1]) / 3;
      for (int h = 0; h < 64; ++h) hidden[std::size_t(h)] += w[h][c] / std::sqrt(32.0) * mean;
    }
    for (double& h : hidden) h = h > 30 ? h : std::log1p(std::exp(h));
    std::array<double, 33> out{};
    const auto layer = [&](const Tensor& weights, const Tensor& bias, int row) {
      double sum = bias[row].item<double>();
      const auto by = weights.accessor<float, 2>();
      for (int h = 0; h < 64; ++h) sum += by[row][h] / std::sqrt(64.0) * hidden[std::size_t(h)];
      return sum;
    };
    out[0] = layer(density, density_bias, 0);
    for (int c = 0; c < 32; ++c) {
      const double s = 1 / (1 + std::exp(-layer(colours, colours_bias, c)));
      out[std::size_t(c + 1)] = s * 1.002 - 0.001;
    }
    return out;
  }

  // Midpoint marching; the background as the renderer has it: RGB, and 0.5 in the other channels.
  std::array<double, 32> ray(const Eigen::Vector3d& origin, const Eigen::Vector3d& direction,
                             const std::vector<double>& depths,
                             const std::array<double, 3>& background) const {
    std::array<double, 32> sum{};
    double light = 1;
    std::array<double, 33> before = at(origin + depths[0] * direction);
    for (std::size_t k = 0; k + 1 < depths.size(); ++k) {
      const std::array<double, 33> after = at(origin + depths[k + 1] * direction);
      const double s = (before[0] + after[0]) / 2 - 1;
      const double per_length = s > 30 ? s : std::log1p(std::exp(s));
      const double alpha = 1 - std::exp(-per_length * (depths[k + 1] - depths[k]));
      for (std::size_t c = 0; c < 32; ++c) {
        sum[c] += light * alpha * (before[c + 1] + after[c + 1]) / 2;
      }
      light *= 1 - alpha + 1e-10;
      before = after;
    }
    for (std::size_t c = 0; c < 32; ++c) sum[c] += light * (c < 3 ? background[c] : 0.5);
    return sum;
  }
};

// A ball of their world with colours that change across it, as planes of their frame.
inline SlowHead slow_ball(std::int64_t side, double radius, const Eigen::Vector3d& centre, double steepness) {
  SlowHead head;
  head.planes = at::zeros({3, 32, side, side});
  const int axes[3][2] = {{0, 1}, {1, 2}, {2, 0}};
  const Tensor line = ((at::arange(side, at::kFloat) + 0.5) / double(side) * 2 - 1) * 0.65;
  for (int p = 0; p < 3; ++p) {
    const Tensor u = line.view({1, -1}).expand({side, side}) - centre[axes[p][0]];
    const Tensor v = line.view({-1, 1}).expand({side, side}) - centre[axes[p][1]];
    head.planes[p][0].copy_(u.square() + v.square());
    head.planes[p][1 + axes[p][0]].copy_(u * 1.5);
    head.planes[p][1 + axes[p][1]].copy_(v * 1.5);
  }
  head.w0 = at::zeros({64, 32});
  head.b0 = at::full({64}, 30.0F);
  head.density = at::zeros({1, 64});
  head.colours = at::zeros({32, 64});
  head.colours_bias = at::zeros({32});
  for (int c = 0; c < 4; ++c) head.w0[c][c] = std::sqrt(32.0);
  head.density[0][0] = -1.5 * steepness * 8;
  head.density_bias = at::full({1}, 1 + steepness * (radius * radius + 1.5 * 30));
  for (int c = 0; c < 3; ++c) {
    head.colours[c][1 + c] = 4.0 * 8;
    head.colours_bias[c] = -4 * 30;
  }
  return head;
}

}  // namespace portrait

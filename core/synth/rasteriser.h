// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait {

// Corners in pixels; pixel (x, y) has its centre at (x + 0.5, y + 0.5).
struct ScreenTriangle {
  std::array<double, 3> x;
  std::array<double, 3> y;
};

struct PixelRect {
  int x0, y0, x1, y1;  // x1, y1 excluded
};

// Calls fragment(x, y, weights) for each pixel of the rectangle whose centre lies in the triangle,
// whatever its winding. Weights are the barycentric coordinates on the screen (affine, sum 1).
// A centre exactly on an edge belongs to both neighbours, so a closed mesh has no holes.
template <typename Fragment>
void rasterise(const ScreenTriangle& t, const PixelRect& rect, Fragment&& fragment) {
  const double area = (t.x[1] - t.x[0]) * (t.y[2] - t.y[0]) - (t.x[2] - t.x[0]) * (t.y[1] - t.y[0]);
  if (!(std::abs(area) > 1e-12)) return;
  const double low_x = std::min(t.x[0], std::min(t.x[1], t.x[2]));
  const double high_x = std::max(t.x[0], std::max(t.x[1], t.x[2]));
  const double low_y = std::min(t.y[0], std::min(t.y[1], t.y[2]));
  const double high_y = std::max(t.y[0], std::max(t.y[1], t.y[2]));
  if (high_x < rect.x0 || low_x > rect.x1 || high_y < rect.y0 || low_y > rect.y1) return;
  const int x0 = std::max(rect.x0, int(std::ceil(low_x - 0.5)));
  const int x1 = std::min(rect.x1 - 1, int(std::floor(high_x - 0.5)));
  const int y0 = std::max(rect.y0, int(std::ceil(low_y - 0.5)));
  const int y1 = std::min(rect.y1 - 1, int(std::floor(high_y - 0.5)));
  if (x0 > x1 || y0 > y1) return;

  // Weight k is affine in x, y: w = base + x * step_x + y * step_y.
  constexpr double kSlack = -1e-9;
  constexpr int kNarrow = 3;  // so few columns are tried one by one
  const bool narrow = x1 - x0 < kNarrow;
  const double inverse_area = 1 / area;
  std::array<double, 3> step_x, step_y, columns_per_weight{};
  for (std::size_t k = 0; k < 3; ++k) {
    const std::size_t i = (k + 1) % 3;
    const std::size_t j = (k + 2) % 3;
    step_x[k] = (t.y[i] - t.y[j]) * inverse_area;
    step_y[k] = (t.x[j] - t.x[i]) * inverse_area;
    if (!narrow) columns_per_weight[k] = 1 / step_x[k];  // infinite ones are not used
  }
  for (int y = y0; y <= y1; ++y) {
    // From the corner nearest in value, not accumulated over rows: same result in any band.
    const double dy = y + 0.5;
    std::array<double, 3> w;
    for (std::size_t k = 0; k < 3; ++k) {
      const std::size_t i = (k + 1) % 3;
      w[k] = (x0 + 0.5 - t.x[i]) * step_x[k] + (dy - t.y[i]) * step_y[k];
    }
    int first = x0;
    int last = x1;
    if (!narrow) {
      // The row's span, a pixel wider than where the weights change sign: thin triangles (hairs)
      // cover little of the rectangle round them.
      double from = x0;
      double to = x1;
      for (std::size_t k = 0; k < 3; ++k) {
        const double crossing = x0 + (kSlack - w[k]) * columns_per_weight[k];
        if (step_x[k] > 0) from = std::max(from, crossing - 1);
        if (step_x[k] < 0) to = std::min(to, crossing + 1);
      }
      if (!(from <= to)) continue;
      first = int(from);  // both are positive: cut off is rounded down
      last = int(to);
      for (std::size_t k = 0; k < 3; ++k) w[k] += (first - x0) * step_x[k];
    }
    double wa = w[0];
    double wb = w[1];
    double wc = w[2];
    for (int x = first; x <= last; ++x) {
      if (wa >= kSlack && wb >= kSlack && wc >= kSlack) {
        fragment(x, y, std::array<double, 3>{wa, wb, wc});
      }
      wa += step_x[0];
      wb += step_x[1];
      wc += step_x[2];
    }
  }
}

}  // namespace portrait

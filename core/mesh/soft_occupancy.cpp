// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/soft_occupancy.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// Half of a Gaussian's weights, its middle first, no more than `most`; all of them sum to 1.
std::vector<float> weights_of(double sigma, int most) {
  const int radius = int(std::min(std::ceil(3 * sigma), double(most - 1)));
  std::vector<float> weights;
  double sum = 0;
  for (int i = 0; i <= radius; ++i) {
    weights.push_back(float(std::exp(-0.5 * i * i / std::max(sigma * sigma, 1e-12))));
    sum += (i == 0 ? 1 : 2) * double(weights.back());
  }
  for (float& weight : weights) weight /= float(sum);
  return weights;
}

// One axis of the blur; beyond the box there is nothing.
void blur_axis(const DensityGrid& from, DensityGrid& to, int axis, double sigma) {
  const std::vector<float> weights = weights_of(sigma, from.dims[axis]);
  const int radius = int(weights.size()) - 1;
  const Eigen::Vector3i dims = from.dims;
  const std::ptrdiff_t stride = axis == 0   ? 1
                                : axis == 1 ? dims.x()
                                            : std::ptrdiff_t(dims.x()) * dims.y();
  parallel_for(dims.z(), 4, [&](std::int64_t begin, std::int64_t end) {
    for (int z = int(begin); z < int(end); ++z) {
      for (int y = 0; y < dims.y(); ++y) {
        for (int x = 0; x < dims.x(); ++x) {
          const int along = axis == 0 ? x : axis == 1 ? y : z;
          const float* here = from.density.data() + from.index(x, y, z);
          float sum = weights[0] * *here;
          for (int i = 1; i <= radius; ++i) {
            if (along >= i) sum += weights[std::size_t(i)] * here[-i * stride];
            if (along + i < dims[axis]) sum += weights[std::size_t(i)] * here[i * stride];
          }
          to.density[to.index(x, y, z)] = sum;
        }
      }
    }
  });
}

}  // namespace

DensityGrid soft_occupancy(const DensityGrid& grid, float threshold, float sigma) {
  check(threshold > 0 && sigma >= 0, ErrorCode::kBadUsage,
        "A surface needs a threshold above 0 and a blur of 0 or more, found {} and {}", threshold,
        sigma);
  DensityGrid out = grid;
  for (float& density : out.density) {
    // What is no number is no matter; blurred, it would take its surroundings with it.
    density = density > 0 ? 1 - std::exp2(-density / threshold) : 0.0F;
  }
  if (sigma == 0) return out;
  DensityGrid other = out;
  const Eigen::Vector3f spacing = grid.spacing();
  blur_axis(out, other, 0, sigma / spacing.x());
  blur_axis(other, out, 1, sigma / spacing.y());
  blur_axis(out, other, 2, sigma / spacing.z());
  return other;
}

}  // namespace portrait

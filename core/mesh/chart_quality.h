// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/conformal.h"

#include <utility>
#include <vector>

namespace portrait {

// Values with weights, from which shares can be read.
class WeightedValues {
 public:
  void reserve(std::size_t count) { values_.reserve(count); }
  void add(double value, double weight) {
    values_.emplace_back(value, weight);
    sorted_ = false;
  }
  // The smallest of the values that at least `share` of the weight lies at or below, share in
  // [0, 1]; 0 when empty.
  double quantile(double share);

 private:
  std::vector<std::pair<double, double>> values_;
  bool sorted_ = false;
};

// How a map treats its chart; shares are of the area in space.
struct ChartQuality {
  double median_stretch = 1;  // larger over smaller singular value of a triangle's map, >= 1
  double high_stretch = 1;    // the same, not exceeded by 95 % of the area
  double area_spread = 1;     // areas' scale at the 95th over that at the 5th percentile, >= 1
  int flipped = 0;
  int crossings = 0;  // sides of the border that run across it; without and flips: one to one
};

ChartQuality judge_map(const ChartMesh& chart, const FlatMap& map);

// Vertices of the border whose side to the next one, laid flat, runs across another side of the
// border; ascending. Touching is no crossing.
std::vector<std::uint32_t> border_crossings(const ChartMesh& chart, const FlatMap& map);

// Singular values of a 2 x 2 matrix, larger first.
std::pair<double, double> singular_values(const Eigen::Matrix2d& m);

}  // namespace portrait

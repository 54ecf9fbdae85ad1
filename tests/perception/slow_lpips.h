// SPDX-License-Identifier: Apache-2.0
// LPIPS written from its formula with plain loops, in double precision.
#pragma once

#include "core/nn/torch_safetensors.h"
#include "core/perception/lpips.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace portrait {

// A map of features by rows, in double precision: [channels][height][width].
struct FeatureMap {
  int channels = 0;
  int height = 0;
  int width = 0;
  std::vector<double> values;

  double at(int c, int y, int x) const {
    if (y < 0 || x < 0 || y >= height || x >= width) return 0;
    return values[(std::size_t(c) * height + y) * width + x];
  }
};

inline FeatureMap map_of(const Tensor& tensor) {
  const Tensor doubles = tensor.to(at::kDouble).contiguous();
  const double* first = doubles.data_ptr<double>();
  return {int(tensor.size(0)),
          int(tensor.size(1)),
          int(tensor.size(2)),
          {first, first + doubles.numel()}};
}

inline FeatureMap slow_convolution(const FeatureMap& x, const Tensor& weight, const Tensor& bias,
                                   int stride, int padding) {
  const int kernel = int(weight.size(2));
  const Tensor w = weight.to(at::kDouble).contiguous();
  const double* weights = w.data_ptr<double>();
  FeatureMap out{int(weight.size(0)),
                 (x.height + 2 * padding - kernel) / stride + 1,
                 (x.width + 2 * padding - kernel) / stride + 1,
                 {}};
  for (int o = 0; o < out.channels; ++o) {
    for (int y = 0; y < out.height; ++y) {
      for (int xx = 0; xx < out.width; ++xx) {
        double sum = bias[o].item<double>();
        const double* place = weights + std::size_t(o) * x.channels * kernel * kernel;
        for (int c = 0; c < x.channels; ++c) {
          for (int j = 0; j < kernel; ++j) {
            for (int i = 0; i < kernel; ++i) {
              sum += *place++ * x.at(c, y * stride - padding + j, xx * stride - padding + i);
            }
          }
        }
        out.values.push_back(std::max(0.0, sum));  // and the rectifier
      }
    }
  }
  return out;
}

inline FeatureMap slow_pool(const FeatureMap& x, int side) {
  FeatureMap out{x.channels, (x.height - side) / 2 + 1, (x.width - side) / 2 + 1, {}};
  for (int c = 0; c < out.channels; ++c) {
    for (int y = 0; y < out.height; ++y) {
      for (int xx = 0; xx < out.width; ++xx) {
        double most = 0;  // rectified before
        for (int j = 0; j < side; ++j) {
          for (int i = 0; i < side; ++i) most = std::max(most, x.at(c, 2 * y + j, 2 * xx + i));
        }
        out.values.push_back(most);
      }
    }
  }
  return out;
}

// As torchvision lists its layers: what stands before each convolution, and after which it is
// tapped.
struct Plan {
  std::string name;
  int stride;
  int padding;
  int pool_before;
  bool tapped;
};

inline std::vector<Plan> plan_of(LpipsTrunk trunk) {
  if (trunk == LpipsTrunk::kAlex) {
    return {{"net.slice1.0", 4, 2, 0, true},
            {"net.slice2.3", 1, 2, 3, true},
            {"net.slice3.6", 1, 1, 3, true},
            {"net.slice4.8", 1, 1, 0, true},
            {"net.slice5.10", 1, 1, 0, true}};
  }
  return {{"net.slice1.0", 1, 1, 0, false},  {"net.slice1.2", 1, 1, 0, true},
          {"net.slice2.5", 1, 1, 2, false},  {"net.slice2.7", 1, 1, 0, true},
          {"net.slice3.10", 1, 1, 2, false}, {"net.slice3.12", 1, 1, 0, false},
          {"net.slice3.14", 1, 1, 0, true},  {"net.slice4.17", 1, 1, 2, false},
          {"net.slice4.19", 1, 1, 0, false}, {"net.slice4.21", 1, 1, 0, true},
          {"net.slice5.24", 1, 1, 2, false}, {"net.slice5.26", 1, 1, 0, false},
          {"net.slice5.28", 1, 1, 0, true}};
}

inline std::vector<FeatureMap> slow_taps(const TensorMap& tensors, LpipsTrunk trunk,
                                         const Tensor& picture) {
  const Tensor shift = at::tensor({-.030, -.088, -.188}, at::kDouble).view({3, 1, 1});
  const Tensor scale = at::tensor({.458, .448, .450}, at::kDouble).view({3, 1, 1});
  FeatureMap x = map_of((picture.to(at::kDouble) - shift) / scale);
  std::vector<FeatureMap> taps;
  for (const Plan& plan : plan_of(trunk)) {
    if (plan.pool_before > 0) x = slow_pool(x, plan.pool_before);
    x = slow_convolution(x, tensors.at(plan.name + ".weight"), tensors.at(plan.name + ".bias"),
                         plan.stride, plan.padding);
    if (plan.tapped) taps.push_back(x);
  }
  return taps;
}

// The formula, place by place.
inline double slow_distance(const TensorMap& tensors, LpipsTrunk trunk, const Tensor& a,
                            const Tensor& b) {
  const std::vector<FeatureMap> of_a = slow_taps(tensors, trunk, a);
  const std::vector<FeatureMap> of_b = slow_taps(tensors, trunk, b);
  double distance = 0;
  for (std::size_t k = 0; k < of_a.size(); ++k) {
    const FeatureMap& f = of_a[k];
    const FeatureMap& g = of_b[k];
    const Tensor weights = tensors.at("lin" + std::to_string(k) + ".model.1.weight");
    double sum = 0;
    for (int y = 0; y < f.height; ++y) {
      for (int x = 0; x < f.width; ++x) {
        double length_f = 0;
        double length_g = 0;
        for (int c = 0; c < f.channels; ++c) {
          length_f += f.at(c, y, x) * f.at(c, y, x);
          length_g += g.at(c, y, x) * g.at(c, y, x);
        }
        for (int c = 0; c < f.channels; ++c) {
          const double difference = f.at(c, y, x) / (std::sqrt(length_f) + 1e-10) -
                                    g.at(c, y, x) / (std::sqrt(length_g) + 1e-10);
          sum += weights[0][c][0][0].item<double>() * difference * difference;
        }
      }
    }
    distance += sum / (f.height * f.width);
  }
  return distance;
}

}  // namespace portrait

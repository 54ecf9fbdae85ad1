// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <cmath>
#include <cstdint>
#include <functional>

namespace portrait::slow {

// Layers as their equations have them, one number after another in double precision: what the
// networks are held against. Tensors are [C,H,W] maps or [N,C] tokens, contiguous doubles.

struct ConvOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  bool by_channel = false;  // each channel by itself
};

inline Tensor doubles(const Tensor& x) {
  return x.detach().to(at::kDouble).contiguous();
}

inline Tensor convolve(const Tensor& x, const Tensor& weights, const Tensor& bias,
                       const ConvOptions& o) {
  const Tensor w = doubles(weights);
  const std::int64_t kernel = w.size(2);
  const std::int64_t height = x.size(1);
  const std::int64_t width = x.size(2);
  const auto size = [&](std::int64_t from) {
    return (from + 2 * o.padding - o.dilation * (kernel - 1) - 1) / o.stride + 1;
  };
  const Tensor y = at::zeros({w.size(0), size(height), size(width)}, at::kDouble);
  const auto in = x.accessor<double, 3>();
  const auto by = w.accessor<double, 4>();
  auto out = y.accessor<double, 3>();
  for (std::int64_t c = 0; c < y.size(0); ++c) {
    for (std::int64_t row = 0; row < y.size(1); ++row) {
      for (std::int64_t column = 0; column < y.size(2); ++column) {
        double sum = bias.defined() ? bias[c].item<double>() : 0;
        for (std::int64_t ky = 0; ky < kernel; ++ky) {
          const std::int64_t from_y = row * o.stride - o.padding + ky * o.dilation;
          if (from_y < 0 || from_y >= height) continue;
          for (std::int64_t kx = 0; kx < kernel; ++kx) {
            const std::int64_t from_x = column * o.stride - o.padding + kx * o.dilation;
            if (from_x < 0 || from_x >= width) continue;
            for (std::int64_t i = 0; i < w.size(1); ++i) {
              sum += by[c][i][ky][kx] * in[o.by_channel ? c : i][from_y][from_x];
            }
          }
        }
        out[c][row][column] = sum;
      }
    }
  }
  return y;
}

inline Tensor each(const Tensor& x, const std::function<double(double)>& change) {
  const Tensor y = x.clone();
  double* numbers = y.data_ptr<double>();
  for (std::int64_t i = 0; i < y.numel(); ++i) numbers[i] = change(numbers[i]);
  return y;
}
inline Tensor leaky(const Tensor& x, double slope) {
  return each(x, [slope](double v) { return v > 0 ? v : slope * v; });
}
inline Tensor gelu(const Tensor& x) {
  return each(x, [](double v) { return v * 0.5 * (1 + std::erf(v / std::sqrt(2.0))); });
}

inline Tensor linear(const Tensor& tokens, const Tensor& weights, const Tensor& biases) {
  const Tensor w = doubles(weights);
  const Tensor b = doubles(biases);
  const Tensor y = at::zeros({tokens.size(0), w.size(0)}, at::kDouble);
  const auto in = tokens.accessor<double, 2>();
  const auto by = w.accessor<double, 2>();
  const auto plus = b.accessor<double, 1>();
  auto out = y.accessor<double, 2>();
  for (std::int64_t n = 0; n < y.size(0); ++n) {
    for (std::int64_t o = 0; o < y.size(1); ++o) {
      double sum = plus[o];
      for (std::int64_t i = 0; i < w.size(1); ++i) sum += by[o][i] * in[n][i];
      out[n][o] = sum;
    }
  }
  return y;
}

inline Tensor layer_norm(const Tensor& tokens, const Tensor& weight, const Tensor& bias) {
  const Tensor y = tokens.clone();
  auto out = y.accessor<double, 2>();
  const std::int64_t width = y.size(1);
  for (std::int64_t n = 0; n < y.size(0); ++n) {
    double mean = 0;
    double square = 0;
    for (std::int64_t i = 0; i < width; ++i) mean += out[n][i] / double(width);
    for (std::int64_t i = 0; i < width; ++i) {
      square += (out[n][i] - mean) * (out[n][i] - mean) / double(width);
    }
    for (std::int64_t i = 0; i < width; ++i) {
      out[n][i] = (out[n][i] - mean) / std::sqrt(square + 1e-5) * weight[i].item<double>() +
                  bias[i].item<double>();
    }
  }
  return y;
}

// queries [N,C]; both [M,2C]: of each token the keys of all heads, then the values of all heads.
inline Tensor attention(const Tensor& queries, const Tensor& both, std::int64_t heads) {
  const std::int64_t width = queries.size(1);
  const std::int64_t each_head = width / heads;
  const Tensor y = at::zeros_like(queries);
  const auto q = queries.accessor<double, 2>();
  const auto kv = both.accessor<double, 2>();
  auto out = y.accessor<double, 2>();
  for (std::int64_t n = 0; n < y.size(0); ++n) {
    for (std::int64_t head = 0; head < heads; ++head) {
      const std::int64_t first = head * each_head;
      double total = 0;
      for (std::int64_t m = 0; m < both.size(0); ++m) {
        double score = 0;
        for (std::int64_t i = first; i < first + each_head; ++i) score += q[n][i] * kv[m][i];
        const double weight = std::exp(score / std::sqrt(double(each_head)));
        total += weight;
        for (std::int64_t i = first; i < first + each_head; ++i) {
          out[n][i] += weight * kv[m][width + i];
        }
      }
      for (std::int64_t i = first; i < first + each_head; ++i) out[n][i] /= total;
    }
  }
  return y;
}

inline Tensor tokens_of(const Tensor& map) {
  return map.flatten(1).t().contiguous();
}
inline Tensor map_of(const Tensor& tokens, std::int64_t height) {
  return tokens.t().reshape({tokens.size(1), height, tokens.size(0) / height}).contiguous();
}

// Four neighbouring channels to 2 x 2 pixels.
inline Tensor shuffled(const Tensor& x) {
  const Tensor y = at::zeros({x.size(0) / 4, x.size(1) * 2, x.size(2) * 2}, at::kDouble);
  const auto in = x.accessor<double, 3>();
  auto out = y.accessor<double, 3>();
  for (std::int64_t c = 0; c < y.size(0); ++c) {
    for (std::int64_t row = 0; row < y.size(1); ++row) {
      for (std::int64_t column = 0; column < y.size(2); ++column) {
        out[c][row][column] = in[4 * c + 2 * (row % 2) + column % 2][row / 2][column / 2];
      }
    }
  }
  return y;
}

// Twice the size, corners onto corners.
inline Tensor enlarged(const Tensor& x) {
  const std::int64_t height = x.size(1);
  const std::int64_t width = x.size(2);
  const Tensor y = at::zeros({x.size(0), 2 * height, 2 * width}, at::kDouble);
  const auto in = x.accessor<double, 3>();
  auto out = y.accessor<double, 3>();
  for (std::int64_t row = 0; row < 2 * height; ++row) {
    const double v = double(row) * double(height - 1) / double(2 * height - 1);
    const auto top = std::int64_t(v);
    const std::int64_t bottom = std::min(top + 1, height - 1);
    for (std::int64_t column = 0; column < 2 * width; ++column) {
      const double u = double(column) * double(width - 1) / double(2 * width - 1);
      const auto left = std::int64_t(u);
      const std::int64_t right = std::min(left + 1, width - 1);
      for (std::int64_t c = 0; c < x.size(0); ++c) {
        const double upper =
            in[c][top][left] * (1 - (u - double(left))) + in[c][top][right] * (u - double(left));
        const double lower = in[c][bottom][left] * (1 - (u - double(left))) +
                             in[c][bottom][right] * (u - double(left));
        out[c][row][column] = upper + (lower - upper) * (v - double(top));
      }
    }
  }
  return y;
}

// Largest of 3 x 3, stride 2, one pixel of nothing round the map.
inline Tensor pooled(const Tensor& x) {
  const Tensor y =
      at::full({x.size(0), (x.size(1) + 1) / 2, (x.size(2) + 1) / 2}, -1e30, at::kDouble);
  const auto in = x.accessor<double, 3>();
  auto out = y.accessor<double, 3>();
  for (std::int64_t c = 0; c < y.size(0); ++c) {
    for (std::int64_t row = 0; row < x.size(1); ++row) {
      for (std::int64_t column = 0; column < x.size(2); ++column) {
        for (std::int64_t to_y = row / 2; to_y <= (row + 1) / 2 && to_y < y.size(1); ++to_y) {
          for (std::int64_t to_x = column / 2; to_x <= (column + 1) / 2 && to_x < y.size(2);
               ++to_x) {
            out[c][to_y][to_x] = std::max(out[c][to_y][to_x], in[c][row][column]);
          }
        }
      }
    }
  }
  return y;
}

}  // namespace portrait::slow

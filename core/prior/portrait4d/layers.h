// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/parameters.h"
#include "core/nn/torch.h"

#include <string>

namespace portrait {

// The photo with two more channels: x, then y, from -1 to 1 between the centres of the outermost
// pixels. [B, C, H, W] -> [B, C + 2, H, W].
Tensor with_coordinates(const Tensor& image);

// Leaky rectifier of slope 0.01, PyTorch's default.
Tensor slightly_leaky(const Tensor& x);

// A convolution without bias that keeps the size but for its stride: padding = dilation * (k / 2).
struct PlainConv {
  Tensor weight;  // [out, in, k, k]
  int stride = 1;
  int dilation = 1;

  PlainConv() = default;
  PlainConv(Parameters& parameters, const std::string& name, int in, int out, int kernel,
            int stride_ = 1, int dilation_ = 1);
  Tensor operator()(const Tensor& x) const;
};

}  // namespace portrait

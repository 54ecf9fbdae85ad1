// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/parameters.h"

#include <string>

namespace portrait {

// Weights [out, in, k, k] as the processor's kernels read them, which else are turned at every
// call: those of many channels in oneDNN's own layout, to be applied with this stride and padding
// in their own type (which is `arithmetic`: others stay as they are) on the CPU and without
// gradients; the others channels-last.
Tensor packed_kernel(const Tensor& weight, int stride, int padding,
                     at::ScalarType arithmetic = at::kFloat);
// The convolution by weights as they are or packed, `padding` rows and columns of zeros at each side.
Tensor convolve(const Tensor& x, const Tensor& weight, const Tensor& bias, int stride, int padding);

// A convolution with zero padding of kernel / 2; its weights are packed where the parameters pack.
struct Conv2d {
  Tensor weight;  // [out, in, k, k]
  Tensor bias;    // [out]
  int stride = 1;
  int kernel = 1;

  Conv2d() = default;
  Conv2d(Parameters& parameters, const std::string& name, int in, int out, int kernel_,
         int stride_ = 1, Init init = Init::kHe);
  // x: [B, in, H, W] -> [B, out, H / stride, W / stride].
  Tensor operator()(const Tensor& x) const { return padded(x, kernel / 2); }
  // The same with that many rows and columns of zeros at each side.
  Tensor padded(const Tensor& x, int padding) const {
    return convolve(x, weight, bias, stride, padding);
  }
};

}  // namespace portrait

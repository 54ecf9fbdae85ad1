// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/portrait4d/layers.h"

#include "core/base/interruption.h"

namespace portrait {

Tensor with_coordinates(const Tensor& image) {
  const std::int64_t batch = image.size(0);
  const std::int64_t height = image.size(2);
  const std::int64_t width = image.size(3);
  const Tensor x = at::linspace(-1, 1, width, image.options()).view({1, 1, 1, width});
  const Tensor y = at::linspace(-1, 1, height, image.options()).view({1, 1, height, 1});
  return at::cat({image, x.expand({batch, 1, height, width}), y.expand({batch, 1, height, width})},
                 1);
}

Tensor slightly_leaky(const Tensor& x) {
  return at::leaky_relu(x, 0.01);
}

PlainConv::PlainConv(Parameters& parameters, const std::string& name, int in, int out, int kernel,
                     int stride_, int dilation_)
    : weight(parameters.get(name + ".weight", {out, in, kernel, kernel}, Init::kHe)),
      stride(stride_),
      dilation(dilation_) {}

Tensor PlainConv::operator()(const Tensor& x) const {
  interruption_point();
  return at::conv2d(x, weight, {}, stride, dilation * (weight.size(2) / 2), dilation);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/nn/blur.h"

#include <cmath>
#include <cstdint>

namespace portrait {

Tensor blurred(const Tensor& image, double sigma) {
  const auto radius = static_cast<std::int64_t>(std::ceil(3 * sigma));
  const Tensor x = at::arange(-radius, radius + 1, image.options());
  Tensor kernel = at::exp(-x * x / (2 * sigma * sigma));
  kernel = kernel / kernel.sum();
  // Rows and columns apart, every channel by itself.
  const Tensor padded = at::reflection_pad2d(image.unsqueeze(1), {radius, radius, radius, radius});
  const Tensor rows = at::conv2d(padded, kernel.reshape({1, 1, 1, -1}));
  return at::conv2d(rows, kernel.reshape({1, 1, -1, 1})).squeeze(1);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/resample_layers.h"

#include <vector>

namespace portrait {

Downsample::Downsample(Parameters& p, const std::string& name, int channels, DownPadding padding)
    : conv_(p, name + ".conv", channels, channels, 3, 2), padding_(padding) {}

Tensor Downsample::operator()(const Tensor& x) const {
  if (padding_ == DownPadding::kAllSides) return conv_(x);
  return at::conv2d(at::constant_pad_nd(x, {0, 1, 0, 1}), conv_.weight, conv_.bias, 2);
}

Upsample::Upsample(Parameters& p, const std::string& name, int channels)
    : conv_(p, name + ".conv", channels, channels, 3) {}

namespace {

// What a 3-tap kernel does to doubled pixels, as 2 taps on the pixels before: along `dim`, the taps
// of the first (0) or the second (1) of the two that a pixel becomes.
Tensor folded(const Tensor& kernel, std::int64_t dim, int which) {
  const Tensor first = kernel.narrow(dim, 0, 1);
  const Tensor middle = kernel.narrow(dim, 1, 1);
  const Tensor last = kernel.narrow(dim, 2, 1);
  return which == 0 ? at::cat({first, middle + last}, dim) : at::cat({first + middle, last}, dim);
}

}  // namespace

Tensor Upsample::operator()(const Tensor& x) const {
  const std::int64_t height = x.size(2);
  const std::int64_t width = x.size(3);
  if (at::GradMode::is_enabled()) {
    return conv_(at::upsample_nearest2d(x, {height * 2, width * 2}));
  }
  std::vector<Tensor> kernels;
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 2; ++column) {
      kernels.push_back(folded(folded(conv_.weight, 2, row), 3, column));
    }
  }
  const Tensor four = at::conv2d(x, at::cat(kernels, 0), conv_.bias.repeat({4}), 1, 1);
  const std::int64_t channels = conv_.bias.size(0);
  Tensor out = at::empty({x.size(0), channels, height * 2, width * 2},
                         x.options().memory_format(x.suggest_memory_format()));
  for (int i = 0; i < 4; ++i) {
    const int row = i / 2;
    const int column = i % 2;
    const Tensor one = four.narrow(1, i * channels, channels)
                           .narrow(2, row, height)
                           .narrow(3, column, width);
    out.slice(2, row, height * 2, 2).slice(3, column, width * 2, 2).copy_(one);
  }
  return out;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/resample_layers.h"

#include <vector>

namespace portrait {

Downsample::Downsample(Parameters& p, const std::string& name, int channels, DownPadding padding)
    : conv_(p, name + ".conv", channels, channels, 3, 2), padding_(padding) {}

Tensor Downsample::operator()(const Tensor& x) const {
  if (padding_ == DownPadding::kAllSides) return conv_(x);
  return conv_.padded(at::constant_pad_nd(x, {0, 1, 0, 1}), 0);
}

namespace {

// What a 3-tap kernel does to doubled pixels, as 2 taps on the pixels before: along `dim`, the taps
// of the first (0) or the second (1) of the two that a pixel becomes.
Tensor folded_taps(const Tensor& kernel, std::int64_t dim, int which) {
  const Tensor first = kernel.narrow(dim, 0, 1);
  const Tensor middle = kernel.narrow(dim, 1, 1);
  const Tensor last = kernel.narrow(dim, 2, 1);
  return which == 0 ? at::cat({first, middle + last}, dim) : at::cat({first + middle, last}, dim);
}

Tensor four_kernels(const Tensor& kernel) {
  std::vector<Tensor> kernels;
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 2; ++column) {
      kernels.push_back(folded_taps(folded_taps(kernel, 2, row), 3, column));
    }
  }
  return at::cat(kernels, 0);
}

}  // namespace

Upsample::Upsample(Parameters& p, const std::string& name, int channels)
    : weight_(p.get(name + ".conv.weight", {channels, channels, 3, 3}, Init::kHe)),
      bias_(p.get(name + ".conv.bias", {channels}, Init::kZeros)),
      folded_(p.packs()) {
  if (!folded_) return;
  const at::ScalarType held = weight_.scalar_type();
  weight_ = packed_kernel(four_kernels(weight_.to(at::kFloat)).to(held), 1, 1, p.arithmetic());
  bias_ = bias_.repeat({4});
}

Tensor Upsample::operator()(const Tensor& x) const {
  if (folded_) return folded(x);
  const Tensor doubled = at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2});
  return convolve(doubled, weight_, bias_, 1, 1);
}

Tensor Upsample::folded(const Tensor& x) const {
  const std::int64_t height = x.size(2);
  const std::int64_t width = x.size(3);
  const std::int64_t channels = bias_.size(0) / 4;
  const Tensor four = convolve(x, weight_, bias_, 1, 1);
  Tensor out = at::empty({x.size(0), channels, height * 2, width * 2},
                         x.options().memory_format(four.suggest_memory_format()));
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

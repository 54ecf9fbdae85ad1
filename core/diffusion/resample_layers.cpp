// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/resample_layers.h"

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

// Row t of the kernel that adds up what rows t - 1 and t of the 3 x 3 one, counted from its end,
// do to a doubled pixel; along one of the last two dimensions.
Tensor doubled(const Tensor& kernel, std::int64_t dim) {
  const Tensor last_first = kernel.flip({dim});
  const Tensor zero = at::zeros_like(kernel.narrow(dim, 0, 1));
  return at::cat({last_first, zero}, dim) + at::cat({zero, last_first}, dim);
}

}  // namespace

Tensor Upsample::operator()(const Tensor& x) const {
  if (at::GradMode::is_enabled()) {
    return conv_(at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2}));
  }
  const Tensor kernel = doubled(doubled(conv_.weight, 2), 3).transpose(0, 1);
  return at::conv_transpose2d(x, kernel, conv_.bias, 2, 1);
}

}  // namespace portrait

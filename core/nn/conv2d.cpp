// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/nn/conv2d.h"

#include "core/base/error.h"

#include <algorithm>

namespace portrait {
namespace {

// From here on oneDNN's layout pays: turning the weights costs as much as the convolution itself on
// the small maps that so many channels come with. Below this the maps are large: there it saves
// little with AVX2, and with AVX-512 its planes are slower than channels-last.
constexpr std::int64_t kManyChannels = 1024;

}  // namespace

Tensor packed_kernel(const Tensor& weight, int stride, int padding, at::ScalarType arithmetic) {
  const bool many = std::max(weight.size(0), weight.size(1)) >= kManyChannels;
  if (!many || !weight.is_cpu() || !at::hasMKLDNN() || weight.scalar_type() != arithmetic) {
    return weight.contiguous(at::MemoryFormat::ChannelsLast);
  }
  // Left to its default, the dilation would be one number where two are read.
  return at::mkldnn_reorder_conv2d_weight(weight.to_mkldnn(), {padding, padding}, {stride, stride},
                                          {1, 1}, 1);
}

Tensor convolve(const Tensor& x, const Tensor& weight, const Tensor& bias, int stride,
                int padding) {
  // The input decides the arithmetic; weights of another type are cast on the way.
  if (!weight.is_mkldnn()) {
    return at::conv2d(x, weight.to(x.scalar_type()), bias.to(x.scalar_type()), stride, padding);
  }
  check(!at::GradMode::is_enabled() && x.scalar_type() == weight.scalar_type(),
        ErrorCode::kInternal,
        "A packed convolution was asked for gradients or for a precision that it has not");
  return at::mkldnn_convolution(x, weight, bias, {padding, padding}, {stride, stride}, {1, 1}, 1);
}

Conv2d::Conv2d(Parameters& parameters, const std::string& name, int in, int out, int kernel_,
               int stride_, Init init)
    : weight(parameters.get(name + ".weight", {out, in, kernel_, kernel_}, init)),
      bias(parameters.get(name + ".bias", {out}, Init::kZeros)),
      stride(stride_),
      kernel(kernel_) {
  if (parameters.packs()) {
    weight = packed_kernel(weight, stride, kernel / 2, parameters.arithmetic());
  }
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/drawn_weights.h"

#include "core/base/random.h"

#include <cmath>

namespace portrait::cli {

Tensor drawn_tensor(at::IntArrayRef shape, const std::string& name) {
  Tensor tensor = at::empty(shape);
  RandomStream stream({1, random_purpose("bench " + name), 0, 0});
  stream.fill_normal({tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
  return tensor;
}

TensorMap drawn_weights(const Parameters& names, at::Device device) {
  TensorMap tensors;
  for (const auto& [name, listed] : names.named()) {
    Tensor tensor = drawn_tensor(listed.sizes(), name);
    if (tensor.dim() > 1) {
      tensor.mul_(1 / std::sqrt(double(tensor.numel() / tensor.size(0))));
    } else {
      const bool scale = name.find("norm") != std::string::npos &&
                         name.find(".weight") != std::string::npos;
      tensor.mul_(0.1).add_(scale ? 1 : 0);
    }
    tensors[name] = tensor.to(device);
  }
  return tensors;
}

}  // namespace portrait::cli

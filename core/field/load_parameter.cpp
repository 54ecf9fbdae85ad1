// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/load_parameter.h"

#include "core/base/error.h"

#include <fmt/ranges.h>

namespace portrait {

Tensor load_parameter(const TensorMap& tensors, const std::string& name,
                      const std::vector<std::int64_t>& shape) {
  const auto found = tensors.find(name);
  check(found != tensors.end(), ErrorCode::kCorrupt,
        "the file has no tensor '{}'; it is not a file of this kind of network", name);
  const Tensor& tensor = found->second;
  check(tensor.sizes() == at::IntArrayRef(shape), ErrorCode::kCorrupt,
        "tensor '{}' has shape [{}], expected [{}]", name, fmt::join(tensor.sizes(), ","),
        fmt::join(shape, ","));
  return tensor.detach().clone();
}

}  // namespace portrait

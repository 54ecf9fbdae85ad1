// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <array>

namespace portrait {

// Numbers for red, green and blue as [1, 3, 1, 1], of the type and on the device of `like`.
inline Tensor per_channel(const std::array<double, 3>& values, const Tensor& like) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble)
      .to(like.options())
      .view({1, 3, 1, 1});
}

}  // namespace portrait

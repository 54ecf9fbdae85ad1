// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/torch.h"

namespace portrait {

// Numbers of N(0, 1), f32 on the CPU: a pure function of the key.
inline Tensor normal_tensor(const RandomKey& key, at::IntArrayRef shape) {
  const Tensor numbers = at::empty(shape);
  RandomStream(key).fill_normal({numbers.data_ptr<float>(), std::size_t(numbers.numel())});
  return numbers;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"
#include "core/nn/torch.h"

#include <cmath>
#include <string>

namespace portrait {

// What optimisers do alike with the gradients of their parameters. Slots: a container of structs
// with a Tensor `parameter`.

// Throws kInternal naming a parameter that cannot be optimised.
inline void require_leaf(const std::string& name, const Tensor& parameter) {
  check(parameter.is_leaf() && parameter.requires_grad(), ErrorCode::kInternal,
        "Parameter \"{}\" is not a leaf that requires gradients", name);
}

template <class Slots>
void clear_gradients(Slots& slots) {
  for (auto& slot : slots) slot.parameter.mutable_grad() = Tensor();
}

// L2 norm over all of them; non-finite if any is.
template <class Slots>
double norm_of_gradients(const Slots& slots) {
  double sum = 0;
  for (const auto& slot : slots) {
    const Tensor& gradient = slot.parameter.grad();
    if (!gradient.defined()) continue;
    sum += gradient.detach().to(at::kDouble).pow(2).sum().template item<double>();
  }
  return std::sqrt(sum);
}

template <class Slots>
void multiply_gradients(Slots& slots, double factor) {
  for (auto& slot : slots) {
    if (slot.parameter.grad().defined()) slot.parameter.mutable_grad().mul_(factor);
  }
}

}  // namespace portrait

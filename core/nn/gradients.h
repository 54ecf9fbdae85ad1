// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"
#include "core/nn/torch.h"

#include <string>
#include <vector>

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

// Those that there are.
template <class Slots>
std::vector<Tensor> gradients_of(const Slots& slots) {
  std::vector<Tensor> all;
  for (const auto& slot : slots) {
    if (slot.parameter.grad().defined()) all.push_back(slot.parameter.grad().detach());
  }
  return all;
}

// L2 norm over all of them; non-finite if any is. A device is waited for once.
template <class Slots>
double norm_of_gradients(const Slots& slots) {
  const std::vector<Tensor> gradients = gradients_of(slots);
  if (gradients.empty()) return 0;
  const Tensor norms = at::stack(at::_foreach_norm(gradients));
  return norms.to(at::kDouble).norm().template item<double>();
}

template <class Slots>
void multiply_gradients(Slots& slots, double factor) {
  const std::vector<Tensor> gradients = gradients_of(slots);
  if (!gradients.empty()) at::_foreach_mul_(gradients, factor);
}

}  // namespace portrait

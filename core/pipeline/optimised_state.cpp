// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/optimised_state.h"

namespace portrait {
namespace {

constexpr const char* kParameter = "psi.";

// Those whose names begin with the prefix, without it.
TensorMap below(const TensorMap& tensors, const std::string& prefix) {
  TensorMap some;
  for (const auto& [name, tensor] : tensors) {
    if (name.rfind(prefix, 0) == 0) some[name.substr(prefix.size())] = tensor;
  }
  return some;
}

}  // namespace

Adam live_rate_adam(std::vector<std::pair<std::string, Tensor>> parameters, double beta2) {
  AdamOptions options;
  options.learning_rate = 1;
  options.beta2 = beta2;
  return Adam({{std::move(parameters), 1.0}}, options);
}

void OptimisedState::save_moments(TensorMap& tensors, const std::string& prefix) const {
  for (const auto& [name, optimiser] : optimisers_) {
    TensorMap moments;
    optimiser->save_to(moments);
    for (const auto& [key, tensor] : moments) tensors[prefix + name + "." + key] = tensor;
  }
}

void OptimisedState::load_moments(const TensorMap& tensors, const std::string& prefix) {
  for (const auto& [name, optimiser] : optimisers_) {
    optimiser->load_from(below(tensors, prefix + name + "."));
  }
  keep();
}

TensorMap OptimisedState::copy() const {
  TensorMap shared;
  for (const auto& [name, tensor] : parameters_) shared[kParameter + name] = tensor;
  save_moments(shared, "");
  TensorMap all;
  for (const auto& [name, tensor] : shared) all[name] = tensor.detach().clone();
  return all;
}

void OptimisedState::restore(const TensorMap& kept) {
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : parameters_) tensor.copy_(kept.at(kParameter + name));
  for (const auto& [name, optimiser] : optimisers_) optimiser->load_from(below(kept, name + "."));
}

void OptimisedState::keep() {
  kept_ = copy();
}
void OptimisedState::restore() {
  restore(kept_);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/adam.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <string>
#include <utility>
#include <vector>

namespace portrait {

// Adam whose rate comes with each step, since it is a live setting.
Adam live_rate_adam(std::vector<std::pair<std::string, Tensor>> parameters,
                    double beta2 = AdamOptions{}.beta2);

// What an optimisation changes: parameters and the moments of their optimisers. A stage keeps a
// copy of the last good state and goes back to it when a value is not finite; projects save the
// moments (parameters of the head are saved with the head). Refers to what it is made of.
class OptimisedState {
 public:
  using Parameters = std::vector<std::pair<std::string, Tensor>>;

  OptimisedState(Parameters parameters, std::vector<std::pair<std::string, Adam*>> optimisers)
      : parameters_(std::move(parameters)), optimisers_(std::move(optimisers)) {}

  // Of all of it, deep; the copy that restore() brings back.
  void keep();
  void restore();
  TensorMap copy() const;
  void restore(const TensorMap& kept);

  // Moments alone, as PREFIX + an optimiser's name + ".adam...". What is saved is shared.
  void save_moments(TensorMap& tensors, const std::string& prefix) const;
  // Throws kCorrupt on missing or misshapen ones. What is restored to is then the loaded state.
  void load_moments(const TensorMap& tensors, const std::string& prefix);

 private:
  Parameters parameters_;
  std::vector<std::pair<std::string, Adam*>> optimisers_;
  TensorMap kept_;
};

}  // namespace portrait

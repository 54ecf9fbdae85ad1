// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <string>
#include <vector>

namespace portrait {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.99;
  double epsilon = 1e-8;
  double weight_decay = 0;  // decoupled (AdamW)
};

// Adam (Kingma and Ba 2015) over named parameters. Parameters are leaves that require gradients;
// a parameter without a gradient in a step is left alone. State is kept in fp32 and can be saved.
class Adam {
 public:
  struct Group {
    std::vector<std::pair<std::string, Tensor>> parameters;
    double learning_rate_scale = 1;
    bool weights = true;  // of layers; false: of other things, that Muon is not to take
  };

  Adam(std::vector<Group> groups, const AdamOptions& options);

  void zero_grad();
  // One step with the gradients now in the parameters, times `scale` of the learning rate.
  void step(double scale = 1);
  // L2 norm over all gradients; non-finite if any gradient is.
  double gradient_norm() const;
  void scale_gradients(double factor);
  std::int64_t steps() const { return steps_; }

  // Moments under "adam.m.NAME", "adam.v.NAME", and "adam.steps"; what is saved is a copy.
  // load_from throws kCorrupt on missing or misshapen state and then changes nothing.
  void save_to(TensorMap& tensors) const;
  void load_from(const TensorMap& tensors);

 private:
  struct Slot {
    std::string name;
    Tensor parameter;
    Tensor m;
    Tensor v;
    double scale;
  };
  AdamOptions options_;
  std::vector<Slot> slots_;
  std::int64_t steps_ = 0;
};

}  // namespace portrait

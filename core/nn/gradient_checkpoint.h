// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <functional>
#include <vector>

namespace portrait {

// While it lives, blocks of networks on this thread keep their inputs alone for the way back, and
// compute what is between anew there (Chen et al., "Training deep nets with sublinear memory cost",
// 2016): a third more work for a fraction of the memory.
class GradientCheckpoints {
 public:
  explicit GradientCheckpoints(bool wanted);
  ~GradientCheckpoints();
  GradientCheckpoints(const GradientCheckpoints&) = delete;
  GradientCheckpoints& operator=(const GradientCheckpoints&) = delete;

 private:
  bool before_;
};

// What a block computes of its inputs, and of parameters that are leaves. A pure function: it is
// called twice.
using Block = std::function<Tensor(const std::vector<Tensor>& inputs)>;

// block(inputs), at a checkpoint where those are wanted and gradients are on. Its gradients, by
// backward(), are the same; those of parameters go straight into their leaves. Inputs may be
// undefined. What `block` holds must live until then.
Tensor at_checkpoint(const Block& block, const std::vector<Tensor>& inputs);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/adam.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <string>
#include <utility>
#include <vector>

namespace portrait {

struct MuonOptions {
  double learning_rate = 1e-3;  // of Adam's size: an entry moves by about a fifth of it a step
  double momentum = 0.95;
  double weight_decay = 0;  // decoupled
};

// Muon (Jordan et al. 2024; the step's size as in Liu et al. 2025, arXiv 2502.16982) over weights of
// linear and convolution layers: the gradients' running mean, seen as a matrix [out, in * kernel],
// is replaced by the nearest matrix whose singular values are one, so that directions that few
// samples ask for are learned as fast as those that all do. Everything else is Adam's work.
class Muon {
 public:
  // Of each group, the parameters that takes() answers for, and none where `weights` is false;
  // the others are left alone.
  Muon(const std::vector<Adam::Group>& groups, const MuonOptions& options);

  // Two or four dimensions, and at least eight rows and eight columns as a matrix.
  static bool takes(const Tensor& parameter);

  void zero_grad();
  // One step with the gradients now in the parameters, times `scale` of the learning rate.
  void step(double scale = 1);
  // L2 norm over all gradients; non-finite if any gradient is.
  double gradient_norm() const;
  void scale_gradients(double factor);

  // Running means under "muon.m.NAME"; what is saved is a copy. load_from takes "adam.m.NAME", the
  // same mean, where a run was Adam's before; throws kCorrupt on missing or misshapen state and
  // then changes nothing.
  void save_to(TensorMap& tensors) const;
  void load_from(const TensorMap& tensors);

 private:
  struct Slot {
    std::string name;
    Tensor parameter;
    Tensor mean;
    double scale;
  };
  MuonOptions options_;
  std::vector<Slot> slots_;
};

// [M,N] or [B,M,N], each a matrix -> the same shape, with the same singular vectors and singular
// values between about 0.7 and 1.2: five steps of a Newton-Schulz iteration of the fifth order. A
// zero matrix stays zero.
Tensor orthogonalised(const Tensor& matrices);

}  // namespace portrait

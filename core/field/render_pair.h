// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/renderer.h"

#include <array>
#include <memory>

namespace portrait {

// Two gradients of one render: MV-NRS compares what its two losses would do to the field ((14),
// (15)) and applies one of them, so both are pulled back from one picture, and kept apart.

// What a render left for its backward. Valid while the field's parameters are those it was
// rendered with; shared on copy.
class SavedRender {
 public:
  SavedRender();  // of nothing
  bool empty() const { return !state_; }

  struct State;
  explicit SavedRender(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  const State& state() const { return *state_; }

 private:
  std::shared_ptr<const State> state_;
};

// Of one picture; undefined tensors are zero.
struct ImageGradient {
  Tensor features;  // [N,32]
  Tensor depth;     // [N]
  Tensor opacity;   // [N]
};

// Of the parameters that the volume renderer sees, shaped as they are.
struct FieldGradient {
  Tensor planes;          // [3,D,32,R,R]
  Tensor w0, b0, w1, b1;  // decoder
};

// render() of renderer.h, outside of autograd: the output carries no graph. Neither normals nor
// weights. Throws kBadUsage when the options ask for them.
struct SavedOutput {
  RenderOutput out;
  SavedRender saved;
};
SavedOutput render_and_save(const Field& field, const Rays& rays, const RenderOptions& options);

// The vector-Jacobian product of one gradient, or of two in one pass, which costs about 1.4 of it.
// Float fields on the CPU; others through autograd, one after the other.
FieldGradient backward(const SavedRender& saved, const ImageGradient& gradient);
std::array<FieldGradient, 2> backward_pair(const SavedRender& saved, const ImageGradient& a,
                                           const ImageGradient& b);

}  // namespace portrait

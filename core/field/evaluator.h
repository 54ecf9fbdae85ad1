// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field.h"

namespace portrait {

// A field whose planes were packed once, for many look-ups. Keeps a reference to the field.
// Differentiable where the current grad mode says so.
class FieldEvaluator {
 public:
  explicit FieldEvaluator(const Field& field);

  const Field& field() const { return field_; }
  Tensor hidden(const Tensor& points) const;  // [N,3] -> [N,64]
  Tensor raw(const Tensor& points) const;     // [N,3] -> [N], s
  // [N,3] -> [N,3]: differences of s along the four corners of a tetrahedron inscribed in a cube
  // of one texel's side. Without autograd.
  Tensor raw_gradient(const Tensor& points) const;

 private:
  const Field& field_;
  Tensor packed_;  // [1,3,D,R,R,32]
};

}  // namespace portrait

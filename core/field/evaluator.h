// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field.h"
#include "core/field/kernels/decoder_kernels.h"

#include <optional>

namespace portrait {

// Whether the kernels take this field: all of it float, on the CPU.
bool fits_kernels(const Field& field);
// The decoder as the kernels take it.
DecoderWeights kernel_weights(const Decoder& decoder);

// A field whose planes were packed once, for many look-ups. Keeps a reference to the field.
// Without gradients, float planes on the CPU go through the fused kernel; else LibTorch.
class FieldEvaluator {
 public:
  explicit FieldEvaluator(const Field& field);

  const Field& field() const { return field_; }
  // Differentiable where the grad mode says so: [N,3] -> [N,64], the decoder's hidden layer.
  Tensor hidden(const Tensor& points) const;

  // The rest without gradients.
  Tensor raw(const Tensor& points) const;      // [N,3] -> [N], s
  Tensor colours(const Tensor& points) const;  // [N,3] -> [N,32]
  struct Values {
    Tensor raw;      // [N]
    Tensor colours;  // [N,32]
  };
  Values values(const Tensor& points) const;
  // [N,3] -> [N,3]: differences of s along the four corners of a tetrahedron inscribed in a cube
  // of one texel's side.
  Tensor raw_gradient(const Tensor& points) const;

 private:
  Values fused(const Tensor& points, bool want_colours) const;

  const Field& field_;
  Tensor packed_;  // [1,3,D,R,R,32]
  std::optional<DecoderWeights> weights_;  // for the fused kernel
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field.h"
#include "core/field/kernels/point_kernels.h"

#include <functional>
#include <optional>

namespace portrait {

// Whether the kernels take this field: all of it float, on the CPU, planes of at least 2 x 2.
bool fits_kernels(const Field& field);
// The decoder as the kernels take it.
DecoderWeights kernel_weights(const Decoder& decoder);

// A field whose planes were packed once, for many look-ups. Keeps a reference to the field.
// Without gradients, fields that fit go through the kernels; others through LibTorch.
class FieldEvaluator {
 public:
  explicit FieldEvaluator(const Field& field);

  const Field& field() const { return field_; }
  const Tensor& packed() const { return packed_; }  // [1,3,D,R,R,32], differentiable
  bool on_kernels() const { return weights_.has_value(); }
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

  // A block of points on the CPU, as evaluate_block() of point_kernels.h; on the kernels it may be
  // called on several threads at once.
  void block(const PointBlock& block, const std::uint8_t* wanted, float* raw, float* rgb) const;

 private:
  FieldView view() const;
  Values fused(const Tensor& points, bool want_colours) const;

  const Field& field_;
  Tensor packed_;
  std::optional<DecoderWeights> weights_;  // for the kernels
};

// Bodies over [0, count) that call evaluator.block(): on the pool where they may run at once.
void for_blocks(const FieldEvaluator& evaluator, std::int64_t count,
                const std::function<void(std::int64_t)>& body);

}  // namespace portrait

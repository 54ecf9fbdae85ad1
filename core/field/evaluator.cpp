// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/field/evaluator.h"

#include "core/field/packed_planes.h"

namespace portrait {

FieldEvaluator::FieldEvaluator(const Field& field)
    : field_(field), packed_(pack_planes(field.planes.unsqueeze(0))) {}

Tensor FieldEvaluator::hidden(const Tensor& points) const {
  return field_.decoder.hidden(
      sample_packed_planes(packed_, points.unsqueeze(0), field_.frame).squeeze(0));
}

Tensor FieldEvaluator::raw(const Tensor& points) const {
  return field_.decoder.raw_of_hidden(hidden(points)).squeeze(1);
}

Tensor FieldEvaluator::raw_gradient(const Tensor& points) const {
  const at::NoGradGuard no_gradient;
  static constexpr float kCorners[4][3] = {{1, -1, -1}, {-1, -1, 1}, {-1, 1, -1}, {1, 1, 1}};
  const double half_texel = field_.frame.half_extent / double(field_.planes.size(4));
  const Tensor sum = at::zeros_like(points);
  for (const auto& corner : kCorners) {
    const Tensor direction = at::tensor({corner[0], corner[1], corner[2]}).to(points.options());
    sum.addcmul_(raw(points + direction * half_texel).unsqueeze(1), direction);
  }
  return sum.div_(4 * half_texel);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/image_loss.h"

#include "core/base/error.h"

namespace portrait {

Tensor image_loss(const Tensor& rendered, const Tensor& target, const ImageLossWeights& weights) {
  check(rendered.sizes() == target.sizes(), ErrorCode::kInternal,
        "A render and its target differ in shape");
  const Tensor difference = rendered - target.detach();
  Tensor loss = difference.square().mean();
  if (weights.gradients == 0) return loss;
  for (const std::int64_t dim : {-1, -2}) {
    const std::int64_t last = difference.size(dim) - 1;
    const Tensor slope = difference.narrow(dim, 1, last) - difference.narrow(dim, 0, last);
    loss = loss + weights.gradients * slope.square().mean();
  }
  return loss;
}

}  // namespace portrait

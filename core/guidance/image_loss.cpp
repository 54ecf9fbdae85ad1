// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/image_loss.h"

#include "core/base/error.h"
#include "core/perception/perceptual_distance.h"

#include <algorithm>

namespace portrait {
namespace {

// [B, 3, h, w]
Tensor as_seen(const Tensor& pictures) {
  Tensor seen = pictures.dim() == 3 ? pictures.unsqueeze(0) : pictures;
  while (std::max(seen.size(2), seen.size(3)) > ImageLoss::kLongestSeen) {
    seen = at::avg_pool2d(seen, 2);
  }
  return seen;
}

}  // namespace

Tensor ImageLoss::operator()(const Tensor& rendered, const Tensor& target) const {
  check(rendered.sizes() == target.sizes(), ErrorCode::kInternal,
        "A render and its target differ in shape");
  const Tensor difference = rendered - target.detach();
  Tensor loss = difference.square().mean();
  if (gradients != 0) {
    for (const std::int64_t dim : {-1, -2}) {
      const std::int64_t last = difference.size(dim) - 1;
      const Tensor slope = difference.narrow(dim, 1, last) - difference.narrow(dim, 0, last);
      loss = loss + gradients * slope.square().mean();
    }
  }
  if (perceptual != 0 && network) {
    const Tensor distance = (*network)(as_seen(rendered), as_seen(target.detach()));
    loss = loss + perceptual * distance.mean();
  }
  return loss;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/solidity_loss.h"

#include "core/nn/check_shape.h"

namespace portrait {

SolidityBounds outlines_of(const Tensor& opacity) {
  return {opacity, at::max_pool2d(opacity.unsqueeze(0), 3, 1, 1)[0]};
}

SolidityLoss solidity_loss(const Tensor& opacity, const SolidityBounds& bounds) {
  check_shape(bounds.least, {opacity.size(0), opacity.size(1)}, "least opacity of a view");
  Tensor off = (opacity - bounds.least).clamp_max(0);
  if (bounds.most.defined()) {
    check_shape(bounds.most, {opacity.size(0), opacity.size(1)}, "most opacity of a view");
    off = off + (opacity - bounds.most).clamp_min(0);
  }
  return {off.square().mean().item<double>(), off * (2 / double(off.numel()))};
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

namespace portrait {

struct MattingLoss {
  Tensor total;          // scalars, all
  Tensor cross_entropy;  // weighted
  Tensor difference;     // mean absolute
  Tensor gradient;       // mean absolute difference of the mattes' slopes, three scales
};

// Cross-entropy and absolute difference of the opacity, both weighing more near the outline, and
// the slopes' differences at full, half and quarter size.
// logits, alpha: [B, 1, H, W] f32, H and W divisible by 4. Differentiable in logits.
MattingLoss matting_loss(const Tensor& logits, const Tensor& alpha);

struct MattingScore {
  double iou = 0;         // of what is at least half opaque, mean over the pictures
  double difference = 0;  // mean absolute
};

// predicted, alpha: [B, 1, H, W] in [0, 1], on one device.
MattingScore score_mattes(const Tensor& predicted, const Tensor& alpha);

}  // namespace portrait

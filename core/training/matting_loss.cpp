// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/matting_loss.h"

#include <array>
#include <cstdint>

namespace portrait {
namespace {

constexpr std::int64_t kRim = 9;       // px; what is that near the outline weighs more
constexpr double kRimWeight = 4;
constexpr double kDifferenceWeight = 1;
constexpr double kGradientWeight = 4;

Tensor greatest(const Tensor& x) {
  return at::max_pool2d(x, {kRim, kRim}, {1, 1}, {kRim / 2, kRim / 2});
}

Tensor slopes(const Tensor& x) {
  const Tensor across = x.narrow(3, 1, x.size(3) - 1) - x.narrow(3, 0, x.size(3) - 1);
  const Tensor down = x.narrow(2, 1, x.size(2) - 1) - x.narrow(2, 0, x.size(2) - 1);
  return across.abs().mean() + down.abs().mean();
}

}  // namespace

MattingLoss matting_loss(const Tensor& any_logits, const Tensor& alpha) {
  const Tensor logits = any_logits.to(at::kFloat);  // mixed precision ends here
  Tensor weight;
  {
    const at::NoGradGuard no_grad;
    weight = 1 + kRimWeight * (greatest(alpha) + greatest(-alpha)).clamp(0, 1);
  }
  const Tensor entropy = at::binary_cross_entropy_with_logits(logits, alpha, weight);
  const Tensor error = at::sigmoid(logits) - alpha;
  const Tensor difference = (weight * error.abs()).mean();
  // The slope of a difference is the difference of the slopes.
  Tensor gradient = slopes(error);
  for (const std::int64_t step : {2, 4}) {
    gradient = gradient + slopes(at::avg_pool2d(error, {step, step}));
  }
  return {entropy + kDifferenceWeight * difference + kGradientWeight * gradient, entropy.detach(),
          error.detach().abs().mean(), gradient.detach()};
}

MattingScore score_mattes(const Tensor& predicted, const Tensor& alpha) {
  const at::NoGradGuard no_grad;
  const Tensor a = predicted >= 0.5;
  const Tensor b = alpha >= 0.5;
  constexpr std::array<std::int64_t, 3> picture = {1, 2, 3};
  const Tensor both = at::logical_and(a, b).sum(picture);
  const Tensor either = at::logical_or(a, b).sum(picture);
  MattingScore score;
  // Nobody on both sides is agreement.
  const Tensor iou = both.to(at::kFloat) / either.clamp_min(1);
  score.iou = iou.masked_fill(either == 0, 1).mean().item<double>();
  score.difference = (predicted - alpha).abs().mean().item<double>();
  return score;
}

}  // namespace portrait

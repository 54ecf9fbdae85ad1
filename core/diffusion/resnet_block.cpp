// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/resnet_block.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/nn/gradient_checkpoint.h"

#include <vector>

namespace portrait {

Tensor norm_silu(const GroupNorm& norm, const Tensor& x) {
  Tensor y = norm(x);
  return at::GradMode::is_enabled() ? at::silu(y) : at::silu_(y);
}

ResnetBlock::ResnetBlock(Parameters& p, const std::string& name, const ResnetSizes& s)
    : norm1_(p, name + ".norm1", s.in, s.groups, s.eps),
      conv1_(p, name + ".conv1", s.in, s.out, 3) {
  if (s.time_width > 0) time_.emplace(p, name + ".time_emb_proj", s.time_width, s.out);
  norm2_ = GroupNorm(p, name + ".norm2", s.out, s.groups, s.eps);
  // A fresh block passes its input on.
  conv2_ = Conv2d(p, name + ".conv2", s.out, s.out, 3, 1, Init::kZeros);
  if (s.in != s.out) {
    shortcut_.emplace(p, name + ".conv_shortcut", s.in, s.out, 1, 1, Init::kXavier);
  }
}

Tensor ResnetBlock::operator()(const Tensor& x, const Tensor& time) const {
  check(time.defined() == time_.has_value(), ErrorCode::kInternal,
        "A residual block was called {} a time embedding", time.defined() ? "with" : "without");
  return at_checkpoint(
      [this](const std::vector<Tensor>& inputs) { return answer(inputs[0], inputs[1]); },
      {x, time});
}

Tensor ResnetBlock::answer(const Tensor& x, const Tensor& time) const {
  interruption_point();
  Tensor y = conv1_(norm_silu(norm1_, x));
  if (time_) y = y + (*time_)(at::silu(time)).unsqueeze(-1).unsqueeze(-1);
  interruption_point();
  y = conv2_(norm_silu(norm2_, y));
  const Tensor beside = shortcut_ ? (*shortcut_)(x) : x;
  return at::GradMode::is_enabled() ? y + beside : y.add_(beside);
}

}  // namespace portrait

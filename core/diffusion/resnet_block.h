// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv2d.h"
#include "core/nn/torch.h"

#include <optional>
#include <string>

namespace portrait {

// silu(norm(x)); without gradients the activation runs in the normalised tensor.
Tensor norm_silu(const GroupNorm& norm, const Tensor& x);

struct ResnetSizes {
  int in = 0;
  int out = 0;
  int groups = 32;
  double eps = 1e-6;
  int time_width = 0;  // of the time embedding; 0: the block takes none
};

// ResnetBlock2D of diffusers: norm1, SiLU, conv1, + time_emb_proj(SiLU(time)), norm2, SiLU, conv2,
// + x, through conv_shortcut (1 x 1) where the number of channels changes.
class ResnetBlock {
 public:
  ResnetBlock() = default;
  ResnetBlock(Parameters& parameters, const std::string& name, const ResnetSizes& sizes);

  // x [B, in, H, W], time [B, time_width] exactly if the sizes name one -> [B, out, H, W].
  Tensor operator()(const Tensor& x, const Tensor& time = {}) const;

 private:
  Tensor answer(const Tensor& x, const Tensor& time) const;

  GroupNorm norm1_;
  Conv2d conv1_;
  std::optional<Linear> time_;
  GroupNorm norm2_;
  Conv2d conv2_;
  std::optional<Conv2d> shortcut_;
};

}  // namespace portrait

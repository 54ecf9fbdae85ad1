// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/attend.h"
#include "core/nn/parameters.h"
#include "core/nn/torch.h"

#include <string>

namespace portrait {

// The attention in the middle of diffusers' autoencoders: group_norm, then one head as wide as the
// channels over all places of the map, to_out, + x.
class SpatialAttention {
 public:
  SpatialAttention() = default;
  SpatialAttention(Parameters& parameters, const std::string& name, int channels, int groups,
                   double eps);

  Tensor operator()(const Tensor& x) const;  // [B, C, H, W], same out

 private:
  GroupNorm norm_;
  Linear queries_;
  Linear keys_;
  Linear values_;
  Linear out_;
};

}  // namespace portrait

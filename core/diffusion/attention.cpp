// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/attention.h"

#include <cmath>

namespace portrait {

SpatialAttention::SpatialAttention(Parameters& p, const std::string& name, int channels, int groups,
                                   double eps)
    : norm_(p, name + ".group_norm", channels, groups, eps),
      queries_(p, name + ".to_q", channels, channels),
      keys_(p, name + ".to_k", channels, channels),
      values_(p, name + ".to_v", channels, channels),
      out_(p, name + ".to_out.0", channels, channels, Init::kZeros) {}

Tensor SpatialAttention::operator()(const Tensor& x) const {
  const Tensor places = norm_(x).flatten(2).transpose(1, 2);
  const Tensor mixed = out_(attend(queries_(places), keys_(places), values_(places),
                                   1 / std::sqrt(static_cast<double>(x.size(1)))));
  return x + mixed.transpose(1, 2).view_as(x);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/time_embedding.h"

#include "core/base/error.h"

#include <cmath>

namespace portrait {

Tensor sinusoids(const Tensor& t, int width, bool cosines_first, double shift) {
  check(t.dim() == 1 && width > 0 && width % 2 == 0, ErrorCode::kInternal,
        "Timesteps of {} dimensions were to become {} sinusoids", t.dim(), width);
  const int half = width / 2;
  const Tensor steps = at::arange(half, t.options().dtype(at::kFloat));
  const Tensor frequencies = at::exp(steps * (-std::log(10000.0) / (half - shift)));
  const Tensor angles = t.to(at::kFloat).unsqueeze(1) * frequencies;
  return cosines_first ? at::cat({angles.cos(), angles.sin()}, 1)
                       : at::cat({angles.sin(), angles.cos()}, 1);
}

TimeEmbedding::TimeEmbedding(Parameters& p, const std::string& name, const TimeEmbeddingSizes& s)
    : sizes_(s),
      first_(p, name + ".linear_1", s.width, s.out),
      second_(p, name + ".linear_2", s.out, s.out) {}

Tensor TimeEmbedding::operator()(const Tensor& t) const {
  const Tensor waves = sinusoids(t, sizes_.width, sizes_.flip_sin_to_cos, sizes_.freq_shift);
  return second_(at::silu(first_(waves)));
}

}  // namespace portrait

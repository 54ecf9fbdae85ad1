// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/parameters.h"
#include "core/nn/torch.h"

#include <string>

namespace portrait {

// Sines and cosines of timesteps at width / 2 wavelengths (Vaswani et al., NeurIPS 2017; Timesteps
// of diffusers): frequencies exp(-ln(10000) k / (width / 2 - shift)).
//   t [B] of any type, width even -> [B, width] fp32; the cosines first with `cosines_first`
Tensor sinusoids(const Tensor& t, int width, bool cosines_first, double shift);

struct TimeEmbeddingSizes {
  int width = 0;  // of the sinusoids
  int out = 0;
  bool flip_sin_to_cos = true;
  double freq_shift = 0;
};

// TimestepEmbedding of diffusers over sinusoids: linear_1, SiLU, linear_2.
class TimeEmbedding {
 public:
  TimeEmbedding() = default;
  TimeEmbedding(Parameters& parameters, const std::string& name, const TimeEmbeddingSizes& sizes);
  Tensor operator()(const Tensor& t) const;  // [B] -> [B, out]

 private:
  TimeEmbeddingSizes sizes_;
  Linear first_;
  Linear second_;
};

}  // namespace portrait

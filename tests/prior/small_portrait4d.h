// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include "core/nn/parameters.h"
#include "core/prior/portrait4d/weights.h"

#include <functional>

namespace portrait {

// A Portrait4D network that takes photos of 32 pixels.
inline Portrait4DConfig small_portrait4d() {
  Portrait4DConfig config;
  config.image = 32;
  config.planes = 16;
  config.global_width = 4;
  config.global_blocks = {1, 2, 1, 2};
  config.context_width = 6;
  config.detail_width = 5;
  config.token_width = 16;
  config.neutral_blocks = 2;
  config.motion_blocks = 1;
  config.canonical_heads = 4;
  config.canonical_width = 7;
  config.generator_width = 8;
  config.generator_heads = 2;
  config.sr = {{8, 6}, 10};
  return config;
}

inline TensorMap tensors_of(const Parameters& parameters) {
  TensorMap tensors;
  for (const auto& [name, tensor] : parameters.named()) tensors[name] = tensor;
  return tensors;
}

// Parameters whose biases and norms are not what they start as, so that none can be left out
// unnoticed. `list` builds the network once.
inline Parameters shaken(Parameters fresh, const std::function<void(Parameters&)>& list) {
  list(fresh);
  TensorMap tensors = tensors_of(fresh);
  double phase = 0;
  for (auto& [name, tensor] : tensors) {
    if (tensor.dim() == 1) {
      tensor = tensor + (at::arange(tensor.numel(), at::kFloat) + ++phase).sin() * 0.3;
    }
  }
  return Parameters::bound(tensors);
}

inline TensorMap small_portrait4d_tensors(const Portrait4DConfig& config) {
  Parameters parameters =
      shaken(Parameters::random(9), [&](Parameters& p) { portrait4d_parts(p, config); });
  portrait4d_parts(parameters, config);
  return tensors_of(parameters);
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clip/clip_config.h"
#include "core/nn/torch_safetensors.h"

#include <string>

namespace portrait {

inline constexpr const char* kSmallClip =
    PORTRAIT_SOURCE_DIR "/tests/data/clip_small_hf.safetensors";

// The sizes that the reference fixture clip_small_hf was computed with.
inline ClipTextConfig small_text_config() {
  ClipTextConfig config;
  config.sizes = {64, 256, 2, 4, true, 1e-5};
  config.vocab_size = 100;
  return config;
}

inline ClipVisionConfig small_vision_config() {
  ClipVisionConfig config;
  config.sizes = {128, 512, 2, 2, true, 1e-5};
  config.image_size = 32;
  config.patch_size = 8;
  config.projection_dim = 48;
  return config;
}

// The fixture's weights, those of both towers.
inline TensorMap small_clip_weights(const SafetensorsFile& fixture) {
  TensorMap weights;
  for (const auto& [name, view] : fixture.tensors()) {
    if (name.starts_with("w.")) weights[name.substr(2)] = to_tensor(view);
  }
  return weights;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/lora.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace portrait {

// Names and shapes of a CLIPTextModel's tensors (Radford et al., ICML 2021; layout of transformers)
// from its config.json. Absent keys take the values of Stable Diffusion 1.5's. Throws kCorrupt.
ShapeMap text_encoder_shapes(const nlohmann::json& config);

// Newer files drop "text_model." before every name; the name with it.
std::string text_encoder_name(const std::string& name);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch_safetensors.h"

namespace portrait {

// The tensors of one tower in a published CLIP file, under the names that this program's tower asks
// for, those of transformers' CLIPModel: "text_model. ..." with "text_projection.weight",
// "vision_model. ..." with "visual_projection.weight". A file may be of the one tower or of both
// (the other is left out), leave "text_model." or "vision_model." away, or have the names of
// openai/CLIP (query, key and value in one tensor, projections turned). position_ids and
// logit_scale are left out; anything else is kept, for the tower to refuse.
TensorMap clip_text_names(const TensorMap& tensors);
TensorMap clip_vision_names(const TensorMap& tensors);

}  // namespace portrait

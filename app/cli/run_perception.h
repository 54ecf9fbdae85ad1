// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch_safetensors.h"

namespace portrait {
class ModelPack;
}

namespace portrait::cli {

// `portrait pack run` of CLIP's towers and of the networks that judge likeness.
inline constexpr const char* kTextEncoderHelp =
    "text_encoder: ids [B,T] (whole numbers) -> last_hidden [B,T,D], pooled [B,P] (projected where "
    "the file has a projection)";
TensorMap run_text_encoder(const ModelPack& pack, const TensorMap& inputs);

inline constexpr const char* kClipVisionHelp =
    "clip_vision: img [B,3,S,S] (CLIP's mean and deviation taken out) -> emb [B,P]";
TensorMap run_clip_vision(const ModelPack& pack, const TensorMap& inputs);

inline constexpr const char* kLpipsHelp =
    "lpips: a, b [B,3,H,W] (-1 to 1, sides of 32 and more) -> distance [B]";
TensorMap run_lpips(const ModelPack& pack, const TensorMap& inputs);

inline constexpr const char* kArcfaceHelp =
    "arcface: crops [B,3,112,112] (0 to 1, aligned) -> emb [B,512]";
TensorMap run_arcface(const ModelPack& pack, const TensorMap& inputs);

}  // namespace portrait::cli

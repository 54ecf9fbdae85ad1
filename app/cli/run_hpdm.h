// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch_safetensors.h"

namespace portrait {
class ModelPack;
}

namespace portrait::cli {

// `portrait pack run hpdm`: what HPDM adds to its UNet, on latents that are given.
inline constexpr const char* kHpdmHelp =
    "hpdm: x [B,C,h,w], t [B], projected [B,C,h,w], known [B,1,h,w]; driving [B,C,h,w] with depth "
    "[B,H,W] (along the rays, 0 where empty), cameras and targets [B,16] of the driving and target "
    "views if it has an implicit branch; normals and coarse [B,C,h,w] if it has a geometry prior; "
    "weights [3] (explicit, implicit, geometry; 1 if absent) -> down0 ..., mid, up0 ..., and z_proj";
TensorMap run_hpdm(const ModelPack& pack, const TensorMap& inputs);

}  // namespace portrait::cli

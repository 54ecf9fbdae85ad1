// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/model_pack.h"
#include "core/prior/head_prior.h"

#include <memory>

namespace portrait {

// A prior as TorchScript: its forward() takes a photo [1,3,S,S] in [-1,1] and returns planes
// [1,96,R,R] or [1,3,32,R,R]. Decoder and super-resolution are in the network's safetensors file,
// by our names or by Portrait4D's; without "superresolution.*" pictures stay at the renderer's
// size.
//
// TorchScript is code: the file is loaded only when trusted (core/base/trusted_code.h). Its
// configuration:
//   "script", "script_sha256"  the file in the pack's folder, and its hash
//   "image"                    S; default 512
//   "align"                    "canonical": our own crop (default), planes in the pack's frame:
//                              box_warp, plane_axes, axis_flips; "portrait4d": that network's crop
//                              and frame
//   "world_scale", "world_offset"  ours = scale * theirs + offset (placement.h's told_frame());
//                              default: canonical 1 and [0,0,0], portrait4d that network's
//   "decoder_gain"             whether our decoder's names hold EG3D's stored weights; false
// Throws kNotFound, kCorrupt (naming key, file or tensor), kBadInput (not trusted: says how to).
std::unique_ptr<HeadPrior> load_script_prior(const ModelPack& pack, const PackNetwork& network,
                                             at::Device device);

// "xy,yz,zx" as three planes. Throws kCorrupt.
std::array<PlaneAxes, 3> plane_axes_of(const std::string& text);

}  // namespace portrait

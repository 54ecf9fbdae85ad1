// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/decoder.h"
#include "core/field/super_resolution.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"
#include "core/prior/portrait4d/network.h"

#include <memory>
#include <string>

namespace portrait {

// Whether a tensor of the published file plays no part in a head at rest: what encodes motions and
// attends to them, the background (a head stands before a constant one here), the FLAME deformer,
// noise of the super-resolution, filters that are constants.
bool portrait4d_ignores(const std::string& name);

// The tensors of a file that do, in fp32; the others are not read.
TensorMap portrait4d_tensors(const SafetensorsFile& file, at::Device device = at::kCPU);

// What makes pictures of planes.
struct DecoderAndSr {
  Decoder decoder;
  SuperResolution sr;  // may be empty
};

// The parts of the published file.
struct Portrait4DParts {
  std::shared_ptr<const Portrait4DNetwork> network;
  DecoderAndSr rest;
};

// tensors: named as published ("encoder_global.*", ..., "decoder.*", "superresolution.*", "w_avg").
// Throws kCorrupt naming a tensor that is missing, misshapen, surplus or not finite.
Portrait4DParts portrait4d_parts(TensorMap tensors, const Portrait4DConfig& config);
// The same of any parameters, which keep the names: fresh ones, or listed.
Portrait4DParts portrait4d_parts(Parameters& parameters, const Portrait4DConfig& config);

// Of a file without the network: "decoder.*" and, where there are any, "superresolution.*" with
// "w_avg". Throws as above.
DecoderAndSr portrait4d_decoder_and_sr(TensorMap tensors, const nlohmann::json& config);

}  // namespace portrait

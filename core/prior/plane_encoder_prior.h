// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/model_pack.h"
#include "core/nn/torch_safetensors.h"
#include "core/prior/head_prior.h"

#include <memory>

namespace portrait {

// Our own prior: "encoder.*" (plane_encoder.h), "decoder.*", "superresolution.*".
// Throws kCorrupt (tensors that do not fit its configuration).
std::unique_ptr<HeadPrior> load_plane_encoder_prior(const PackNetwork& network, at::Device device);
std::unique_ptr<HeadPrior> load_plane_encoder_prior(const TensorMap& tensors,
                                                    const nlohmann::json& config,
                                                    at::Device device);

}  // namespace portrait

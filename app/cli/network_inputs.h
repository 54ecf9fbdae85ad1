// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <cstdint>
#include <vector>

namespace portrait {
struct UNetSizes;
}

namespace portrait::cli {

enum class InputKind { kFloating, kAny };

// The tensor of that name among a network's inputs; in `shape`, -1 matches any size above 0.
// Throws kBadInput: missing, of another shape or type.
const Tensor& input(const TensorMap& inputs, const char* name,
                    const std::vector<std::int64_t>& shape, InputKind kind = InputKind::kFloating);

// "x": noisy latents [B, channels, h, w] with sides that networks of those sizes can halve.
const Tensor& input_latents(const TensorMap& inputs, int channels, const UNetSizes& sizes);

}  // namespace portrait::cli

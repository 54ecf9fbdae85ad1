// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch_safetensors.h"

#include <string>
#include <vector>

namespace portrait {

// A copy of a tensor of a map, of exactly this shape. Throws kCorrupt naming it otherwise.
Tensor load_parameter(const TensorMap& tensors, const std::string& name,
                      const std::vector<std::int64_t>& shape);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <string>

namespace portrait::cli {

// What --device asks for: auto is CUDA where LibTorch has it and there is a card, else the
// processor. Throws kBadUsage on another name, kUnsupported on cuda where there is none.
at::Device device_named(const std::string& name);

}  // namespace portrait::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <functional>
#include <string>

namespace portrait::cli {

std::string name_of(at::Device device);

// Until the device has done all that was asked of it: CUDA's calls return before it is done.
void wait_for(at::Device device);

// On the processor of the process, on a card of LibTorch's tensors; 0 where it is not known.
double memory_in_use_mb(at::Device device);
// How much more than before was in use at the most during a run of the work.
double memory_growth_mb(at::Device device, const std::function<void()>& work);

}  // namespace portrait::cli

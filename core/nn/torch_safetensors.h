// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/safetensors.h"
#include "core/nn/torch.h"

#include <map>
#include <string>

namespace portrait {

using TensorMap = std::map<std::string, Tensor>;

// LibTorch's name of a stored type.
at::ScalarType scalar_type(DType dtype);

// Copies a stored tensor into a CPU tensor of its own type.
Tensor to_tensor(const TensorView& view);

// Every tensor of a file, floating-point ones cast to `dtype` on `device`.
TensorMap load_tensors(const SafetensorsFile& file, at::ScalarType dtype = at::kFloat,
                       at::Device device = at::kCPU);

// Saves tensors of any device; `floating` is the type that floating-point ones are stored in.
void save_tensors(const std::filesystem::path& path, const TensorMap& tensors,
                  const std::map<std::string, std::string>& metadata = {},
                  at::ScalarType floating = at::kFloat);

}  // namespace portrait

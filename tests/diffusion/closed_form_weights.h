// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch_safetensors.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace portrait {

// The weights that the reference fixtures were computed with, a closed form of a tensor's name and
// its numbers' places: a uniform number of splitmix64 over FNV-1a-64 of the name, spread by the fan
// in (two or more dimensions), 0.1 of it (biases), 1 + 0.1 of it (norms).
inline Tensor closed_form_weight(const std::string& name, const std::vector<std::int64_t>& shape) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  Tensor tensor = at::empty(shape);
  float* numbers = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    std::uint64_t z = hash + static_cast<std::uint64_t>(i + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    numbers[i] = static_cast<float>(z >> 40) / 16777216.0F * 2 - 1;
  }
  if (shape.size() > 1) {
    const double fan_in = double(tensor.numel()) / double(shape[0]);
    return tensor.mul_(std::sqrt(3 / fan_in));
  }
  const bool bias = name.size() >= 4 && name.compare(name.size() - 4, 4, "bias") == 0;
  return bias ? tensor.mul_(0.1) : tensor.mul_(0.1).add_(1);
}

// All weights that a fixture's metadata lists with their shapes.
inline TensorMap closed_form_weights(const SafetensorsFile& fixture) {
  TensorMap tensors;
  const auto shapes = nlohmann::json::parse(fixture.metadata().at("shapes"));
  for (const auto& [name, shape] : shapes.items()) {
    tensors[name] = closed_form_weight(name, shape.get<std::vector<std::int64_t>>());
  }
  return tensors;
}

}  // namespace portrait

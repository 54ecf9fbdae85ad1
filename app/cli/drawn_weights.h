// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/parameter_names.h"
#include "core/nn/parameters.h"

#include <memory>
#include <string>
#include <utility>

namespace portrait::cli {

// N(0, 1) of a stream of that name, fp32.
Tensor drawn_tensor(at::IntArrayRef shape, const std::string& name);

// Weights that keep the size of what goes through, zero layers included, so that every layer shows
// in the answer. A function of the names.
TensorMap drawn_weights(const Parameters& names, at::Device device = at::kCPU);

// A network of drawn weights as a pack's are loaded. Weights are packed for the processor's kernels
// alone.
template <class Network, class Config>
std::shared_ptr<const Network> drawn_network(const Config& config, at::Device device = at::kCPU) {
  TensorMap weights = drawn_weights(names_of<Network>(config), device);
  return network_of<Network>(device.is_cpu() ? Parameters::packed(std::move(weights))
                                             : Parameters::bound(std::move(weights)),
                             config);
}

// The same on the processor, held and asked in that precision.
template <class Network, class Config>
std::shared_ptr<const Network> drawn_network(const Config& config, Precision precision) {
  TensorMap weights = drawn_weights(names_of<Network>(config));
  for (auto& [name, weight] : weights) weight = weight.to(precision.weights);
  return network_of<Network>(Parameters::packed(std::move(weights), precision.arithmetic), config);
}

}  // namespace portrait::cli

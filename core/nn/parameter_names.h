// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/parameters.h"

namespace portrait {

// The names and shapes of a network's parameters, without their memory (Parameters::listed).
template <class Network, class Config>
Parameters names_of(const Config& config) {
  Parameters names = Parameters::listed();
  const Network network(names, config);
  return names;
}

}  // namespace portrait

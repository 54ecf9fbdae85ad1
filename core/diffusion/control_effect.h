// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace portrait {

struct PackNetwork;

// A part of a network that steers a UNet. It starts with convolutions at zero, and until training
// has moved them it does nothing: its weights are there, its effect is not.
struct ControlPart {
  std::string name;  // "explicit_branch", "implicit_branch", "geometry_prior"
  bool trained = false;
};

// Of a pack's "hpdm" or "brushnet"; none of any other network. Implicit-Branch and geometry prior
// act through the Explicit-Branch: without its effect they have none. Reads the zero convolutions'
// tensors alone.
std::vector<ControlPart> control_parts(const PackNetwork& network);

// Whether the network can change what a UNet paints; true for networks without such parts.
bool has_effect(const PackNetwork& network);

}  // namespace portrait

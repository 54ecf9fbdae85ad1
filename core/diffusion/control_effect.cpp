// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/control_effect.h"

#include "core/nn/model_pack.h"

#include <algorithm>
#include <string_view>

namespace portrait {
namespace {

// Whether any zero convolution (its layer's name holds `inside`) below `start` has moved; nothing
// when there is none.
bool moved(const SafetensorsFile& file, std::string_view start, std::string_view inside) {
  return std::any_of(file.tensors().begin(), file.tensors().end(), [&](const auto& entry) {
    const std::string& name = entry.first;
    return name.starts_with(start) && name.find(inside, start.size()) != std::string::npos &&
           !all_zero(entry.second);
  });
}

bool has_any(const SafetensorsFile& file, std::string_view start) {
  const auto found = file.tensors().lower_bound(std::string(start));
  return found != file.tensors().end() && found->first.starts_with(start);
}

}  // namespace

std::vector<ControlPart> control_parts(const PackNetwork& network) {
  const bool hpdm = network.id == "hpdm";
  if (!network.weights || (!hpdm && network.id != "brushnet")) return {};
  const SafetensorsFile& file = *network.weights;
  const bool acts = moved(file, hpdm ? "explicit." : "", "brushnet_");
  std::vector<ControlPart> parts = {{"explicit_branch", acts}};
  if (!hpdm) return parts;
  if (has_any(file, "implicit.")) {
    parts.push_back({"implicit_branch", acts && moved(file, "merge.", ".zero.")});
  }
  if (has_any(file, "geometry.")) {
    parts.push_back({"geometry_prior", acts && moved(file, "geometry", ".zero.")});
  }
  return parts;
}

bool has_effect(const PackNetwork& network) {
  const std::vector<ControlPart> parts = control_parts(network);
  return parts.empty() || parts.front().trained;
}

}  // namespace portrait

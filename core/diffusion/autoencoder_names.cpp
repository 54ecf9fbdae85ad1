// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/autoencoder_names.h"

#include <array>
#include <string_view>
#include <utility>

namespace portrait {
namespace {

constexpr std::string_view kAttention = ".mid_block.attentions.0.";
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kRenamed = {
    {{"query", "to_q"}, {"key", "to_k"}, {"value", "to_v"}, {"proj_attn", "to_out.0"}}};

}  // namespace

std::string modern_autoencoder_name(const std::string& name) {
  const auto found = name.find(kAttention);
  const auto last_dot = name.rfind('.');
  if (found == std::string::npos) return name;
  const std::size_t start = found + kAttention.size();
  if (last_dot < start) return name;
  const std::string_view layer = std::string_view(name).substr(start, last_dot - start);
  for (const auto& [old, modern] : kRenamed) {
    if (layer == old) return name.substr(0, start) + std::string(modern) + name.substr(last_dot);
  }
  return name;
}

std::vector<std::int64_t> modern_autoencoder_shape(const std::string& name,
                                                   const std::vector<std::int64_t>& shape) {
  const bool pointwise = shape.size() == 4 && shape[2] == 1 && shape[3] == 1;
  if (!pointwise || name.find(kAttention) == std::string::npos) return shape;
  return {shape[0], shape[1]};
}

}  // namespace portrait

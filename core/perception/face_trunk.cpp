// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/perception/face_trunk.h"

#include "core/base/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace portrait {
namespace {

Tensor activate(const Tensor& x) {
  return at::leaky_relu(x, 0.1);
}

}  // namespace

int config_width(const nlohmann::json& json, const std::string& key) {
  const int value = json.contains(key) && json[key].is_number_integer() ? json[key].get<int>() : 0;
  check(
      value > 0 && value <= 1024, ErrorCode::kCorrupt,
      "The configuration of a network of faces lacks a \"{}\" from 1 to 1024; the pack is damaged "
      "or of another version",
      key);
  return value;
}

void add_to_json(const FaceTrunkConfig& config, nlohmann::json& json) {
  json["stem"] = config.stem;
  for (std::size_t i = 0; i < config.widths.size(); ++i) {
    json[fmt::format("width{}", i)] = config.widths[i];
  }
}

FaceTrunkConfig face_trunk_config(const nlohmann::json& json) {
  FaceTrunkConfig config;
  config.stem = config_width(json, "stem");
  for (std::size_t i = 0; i < config.widths.size(); ++i) {
    config.widths[i] = config_width(json, fmt::format("width{}", i));
  }
  return config;
}

FaceTrunk::FaceTrunk(Parameters& parameters, const FaceTrunkConfig& config) {
  stem_ = Conv2d(parameters, "stem", 3, config.stem, 5, 2);
  int in = config.stem;
  for (std::size_t i = 0; i < down_.size(); ++i) {
    const int out = config.widths[i];
    down_[i] = Conv2d(parameters, fmt::format("down{}", i), in, out, 3, 2);
    first_[i] = Conv2d(parameters, fmt::format("residual{}.0", i), out, out, 3);
    last_[i] = Conv2d(parameters, fmt::format("residual{}.1", i), out, out, 3, 1, Init::kZeros);
    in = out;
  }
}

std::array<Tensor, FaceTrunk::kLevels> FaceTrunk::operator()(const Tensor& pictures) const {
  check(pictures.dim() == 4 && pictures.size(1) == 3 && pictures.size(2) >= kLeastSide &&
            pictures.size(3) >= kLeastSide,
        ErrorCode::kInternal,
        "Pictures of faces are [{}]; [B, 3, H, W] of at least {} x {} pixels is expected",
        fmt::join(pictures.sizes().vec(), ", "), kLeastSide, kLeastSide);
  std::array<Tensor, kLevels> levels;
  Tensor x = activate(stem_((pictures - 0.5) * 2));
  levels[0] = x;
  for (std::size_t i = 0; i < down_.size(); ++i) {
    x = down_[i](x);
    x = activate(x + last_[i](activate(first_[i](activate(x)))));
    levels[i + 1] = x;
  }
  return levels;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/prior/plane_unet.h"

#include "core/base/interruption.h"
#include "core/nn/check_shape.h"
#include "core/nn/model_pack.h"

#include <nlohmann/json.hpp>

#include <string>

namespace portrait {
namespace {

constexpr std::uint64_t kFreshSeed = 1;

Tensor rectify(const Tensor& x) {
  return at::leaky_relu(x, 0.2);
}

void require(bool sound, const char* key) {
  check(sound, ErrorCode::kCorrupt, "The plane UNet's configuration has no sound \"{}\"", key);
}

}  // namespace

nlohmann::json to_json(const PlaneUNetConfig& c) {
  return {{"depth_slices", c.depth_slices},
          {"plane_channels", c.plane_channels},
          {"widths", c.widths},
          {"norm_num_groups", c.norm_num_groups}};
}

PlaneUNetConfig plane_unet_config(const nlohmann::json& json) {
  PlaneUNetConfig c;
  const auto read = [&](const char* key, int& value) {
    if (!json.contains(key)) return;
    require(json[key].is_number_integer() && json[key].get<int>() > 0, key);
    value = json[key].get<int>();
  };
  read("depth_slices", c.depth_slices);
  read("plane_channels", c.plane_channels);
  read("norm_num_groups", c.norm_num_groups);
  if (json.contains("widths")) {
    require(json["widths"].is_array() && json["widths"].size() >= 2, "widths");
    c.widths.clear();
    for (const auto& width : json["widths"]) {
      require(width.is_number_integer() && width.get<int>() > 0, "widths");
      c.widths.push_back(width.get<int>());
    }
  }
  for (const int width : c.widths) require(width % c.norm_num_groups == 0, "norm_num_groups");
  return c;
}

Tensor PlaneUNet::Residual::operator()(const Tensor& x) const {
  interruption_point();
  return x + second(rectify(first(norm(x))));
}

PlaneUNet::PlaneUNet(Parameters& p, const PlaneUNetConfig& config) : config_(config) {
  const std::vector<int>& widths = config.widths;
  const int channels = 3 * config.depth_slices * config.plane_channels;
  const auto residual = [&](const std::string& name, int width) {
    return Residual{GroupNorm(p, name + ".norm", width, config.norm_num_groups),
                    Conv2d(p, name + ".first", width, width, 3),
                    Conv2d(p, name + ".second", width, width, 3, 1, Init::kZeros)};
  };
  in_ = Conv2d(p, "in", channels, widths.front(), 3);
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const std::string level = std::to_string(i);
    down_.push_back(residual("down." + level, widths[i]));
    shrink_.emplace_back(p, "shrink." + level, widths[i], widths[i + 1], 3, 2);
  }
  middle_ = residual("middle", widths.back());
  for (std::size_t i = widths.size() - 1; i-- > 0;) {
    const std::string level = std::to_string(i);
    grow_.emplace_back(p, "grow." + level, widths[i + 1], widths[i], 3);
    up_.push_back(residual("up." + level, widths[i]));
  }
  out_norm_ = GroupNorm(p, "out.norm", widths.front(), config.norm_num_groups);
  out_ = Conv2d(p, "out", widths.front(), channels, 3, 1, Init::kZeros);
}

Tensor PlaneUNet::operator()(const Tensor& planes) const {
  check_shape(planes, {3, config_.depth_slices, config_.plane_channels, -1, planes.size(3)},
              "planes");
  const std::int64_t resolution = planes.size(3);
  check(resolution % (std::int64_t(1) << down_.size()) == 0, ErrorCode::kInternal,
        "Planes of {} texels a side cannot be halved {} times", resolution, down_.size());
  Tensor x = rectify(in_(planes.reshape({1, -1, resolution, resolution})));
  std::vector<Tensor> skips;
  for (std::size_t i = 0; i < down_.size(); ++i) {
    x = down_[i](x);
    skips.push_back(x);
    x = rectify(shrink_[i](x));
  }
  x = middle_(x);
  for (std::size_t i = 0; i < up_.size(); ++i) {
    const Tensor& skip = skips[skips.size() - 1 - i];
    const Tensor grown = at::upsample_bilinear2d(x, {skip.size(2), skip.size(3)}, false);
    x = up_[i](rectify(grow_[i](grown)) + skip);
  }
  return planes + out_(rectify(out_norm_(x))).reshape(planes.sizes());
}

LoadedPlaneUNet make_plane_unet(const TensorMap& values, const PlaneUNetConfig& config) {
  TensorMap own;
  for (const auto& [name, tensor] : values) own[name] = tensor.detach().to(at::kFloat).clone();
  Parameters parameters =
      own.empty() ? Parameters::random(kFreshSeed) : Parameters::bound(own, std::string());
  auto network = std::make_shared<const PlaneUNet>(parameters, config);
  if (!own.empty()) parameters.require_all_used();
  return {parameters.named(), std::move(network)};
}

LoadedPlaneUNet load_plane_unet(const ModelPack& pack) {
  const PackNetwork& network = pack.network("geometry");
  return make_plane_unet(load_tensors(*network.weights), plane_unet_config(network.config));
}

}  // namespace portrait

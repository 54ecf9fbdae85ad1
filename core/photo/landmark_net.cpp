// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/photo/landmark_net.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"
#include "core/nn/model_pack.h"
#include "core/photo/landmarks68.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace portrait {
namespace {

Tensor activate(const Tensor& x) { return at::leaky_relu(x, 0.1); }

Tensor twice(const Tensor& x) { return at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2}); }

}  // namespace

LandmarkNet::LandmarkNet(const LandmarkNetConfig& config, std::uint64_t seed) : config_(config) {
  Parameters parameters = Parameters::random(seed);
  build(parameters);
}

LandmarkNet::LandmarkNet(const TensorMap& tensors, const LandmarkNetConfig& config)
    : config_(config) {
  Parameters parameters = Parameters::bound(tensors);
  build(parameters);
  parameters.require_all_used();
}

void LandmarkNet::build(Parameters& parameters) {
  const auto& w = config_.widths;
  stem_ = Conv2d(parameters, "stem", 3, config_.stem, 5, 2);
  int in = config_.stem;
  for (int i = 0; i < 4; ++i) {
    down_[i] = Conv2d(parameters, fmt::format("down{}", i), in, w[i], 3, 2);
    if (i > 0) {
      const std::string name = fmt::format("residual{}", i);
      residual_[i - 1] = {Conv2d(parameters, name + ".0", w[i], w[i], 3),
                          Conv2d(parameters, name + ".1", w[i], w[i], 3, 1, Init::kZeros)};
    }
    lateral_[i] = Conv2d(parameters, fmt::format("lateral{}", i), w[i], config_.decoder, 1);
    in = w[i];
  }
  merge_ = Conv2d(parameters, "merge", config_.decoder, config_.decoder, 3);
  heat_ = Conv2d(parameters, "heat", config_.decoder, kLandmarkCount, 1);
  hidden_ = Linear(parameters, "hidden", w[3], 64, Init::kHe);
  scale_ = Linear(parameters, "scale", 64, kLandmarkCount, Init::kZeros);
  face_ = Linear(parameters, "face", 64, 1, Init::kZeros);
  named_ = parameters.named();
}

Tensor LandmarkNet::Residual::operator()(const Tensor& x) const {
  return x + last(activate(first(activate(x))));
}

LandmarkNet::Output LandmarkNet::forward(const Tensor& crops) const {
  check_shape(crops, {-1, 3, kCropSize, kCropSize}, "crops");
  Tensor x = activate(stem_((crops - 0.5) * 2));
  std::array<Tensor, 4> level;
  for (int i = 0; i < 4; ++i) {
    x = down_[i](x);
    if (i > 0) x = residual_[i - 1](x);
    x = activate(x);
    level[i] = x;
  }
  Tensor up = lateral_[3](level[3]);
  up = twice(up) + lateral_[2](level[2]);
  up = twice(activate(up)) + lateral_[1](level[1]);
  up = activate(merge_(activate(up)));
  up = activate(twice(up) + lateral_[0](level[0]));
  // Soft-argmax: the mean position under the softmax of each map; cell centres in [0, 1].
  const Tensor heat = heat_(up);
  const std::int64_t side = heat.size(3);
  const Tensor weights = at::softmax(heat.flatten(2), 2).view(heat.sizes());
  const Tensor centres = (at::arange(side, heat.options()) + 0.5) / double(side);
  Output out;
  out.points = at::stack({at::matmul(weights.sum(2), centres), at::matmul(weights.sum(3), centres)},
                         2);
  const Tensor hidden = activate(hidden_(level[3].mean(at::IntArrayRef{2, 3})));
  // About 1/32 of the crop at the start, and never so sharp that the loss explodes.
  out.log_scale = at::clamp(scale_(hidden) - 3.5, -7.0, 0.0);
  out.face_logit = face_(hidden).squeeze(1);
  return out;
}

TensorMap LandmarkNet::tensors() const {
  TensorMap map;
  for (const auto& [name, tensor] : named_) map[name] = tensor.detach();
  return map;
}

std::int64_t LandmarkNet::parameter_count() const {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : named_) count += tensor.numel();
  return count;
}

nlohmann::json to_json(const LandmarkNetConfig& config) {
  nlohmann::json json = {{"stem", config.stem}, {"decoder", config.decoder}};
  for (std::size_t i = 0; i < 4; ++i) json[fmt::format("width{}", i)] = config.widths[i];
  return json;
}

LandmarkNetConfig landmark_net_config(const nlohmann::json& json) {
  const auto read = [&](const std::string& key) {
    const int value = json.contains(key) && json[key].is_number_integer() ? json[key].get<int>() : 0;
    check(value > 0 && value <= 1024, ErrorCode::kCorrupt,
          "The landmark network's configuration lacks a \"{}\" from 1 to 1024", key);
    return value;
  };
  LandmarkNetConfig config;
  config.stem = read("stem");
  config.decoder = read("decoder");
  for (std::size_t i = 0; i < 4; ++i) config.widths[i] = read(fmt::format("width{}", i));
  return config;
}

std::shared_ptr<const LandmarkNet> load_landmark_net(const ModelPack& pack) {
  const PackNetwork& network = pack.network("landmarks");
  return std::make_shared<const LandmarkNet>(load_tensors(*network.weights),
                                             landmark_net_config(network.config));
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/photo/matte_net.h"

#include "core/base/error.h"
#include "core/image/resample.h"
#include "core/nn/check_shape.h"
#include "core/nn/model_pack.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace portrait {
namespace {

Tensor activate(const Tensor& x) { return at::leaky_relu(x, 0.1); }

Tensor twice(const Tensor& x) {
  return at::upsample_bilinear2d(x, {x.size(2) * 2, x.size(3) * 2}, false);
}

}  // namespace

MatteNet::MatteNet(const MatteNetConfig& config, std::uint64_t seed) : config_(config) {
  Parameters parameters = Parameters::random(seed);
  build(parameters);
}

MatteNet::MatteNet(const TensorMap& tensors, const MatteNetConfig& config) : config_(config) {
  Parameters parameters = Parameters::bound(tensors);
  build(parameters);
  parameters.require_all_used();
}

void MatteNet::build(Parameters& parameters) {
  const auto& w = config_.widths;
  const auto& d = config_.decoder;
  stem_ = Conv2d(parameters, "stem", kChannels, config_.stem, 5, 2);
  fine_ = Conv2d(parameters, "fine", config_.stem, config_.stem, 3);
  int in = config_.stem;
  for (std::size_t i = 0; i < 4; ++i) {
    down_[i] = Conv2d(parameters, fmt::format("down{}", i), in, w[i], 3, 2);
    const std::string name = fmt::format("residual{}", i);
    residual_[i] = {Conv2d(parameters, name + ".0", w[i], w[i], 3),
                    Conv2d(parameters, name + ".1", w[i], w[i], 3, 1, Init::kZeros)};
    in = w[i];
  }
  for (std::size_t i = 4; i-- > 0;) {
    const int skip = i == 0 ? config_.stem : w[i - 1];
    up_[i] = Conv2d(parameters, fmt::format("up{}", i), in + skip, d[i], 3);
    in = d[i];
  }
  head_ = Conv2d(parameters, "head", in + kChannels, config_.head, 3);
  alpha_ = Conv2d(parameters, "alpha", config_.head, 1, 3, 1, Init::kZeros);
  named_ = parameters.named();
}

Tensor MatteNet::Residual::operator()(const Tensor& x) const {
  return x + last(activate(first(activate(x))));
}

Tensor MatteNet::forward(const Tensor& inputs) const {
  check_shape(inputs, {-1, kChannels, -1, -1}, "inputs");
  check(inputs.size(2) % kCell == 0 && inputs.size(3) % kCell == 0, ErrorCode::kInternal,
        "The matting network was to see {} x {}; sides must be multiples of {}", inputs.size(3),
        inputs.size(2), kCell);
  const Tensor coverage = inputs.narrow(1, 3, 1);
  const Tensor seen = at::cat(
      {(inputs.narrow(1, 0, 3) - 0.5) * 2 * coverage, coverage, inputs.narrow(1, 4, 1)}, 1);
  std::array<Tensor, 5> level;  // 128 squared first
  level[0] = activate(fine_(activate(stem_(seen))));
  for (std::size_t i = 0; i < 4; ++i) {
    level[i + 1] = activate(residual_[i](down_[i](level[i])));
  }
  Tensor x = level[4];
  for (std::size_t i = 4; i-- > 0;) x = activate(up_[i](at::cat({twice(x), level[i]}, 1)));
  return alpha_(activate(head_(at::cat({twice(x), seen}, 1))));
}

TensorMap MatteNet::tensors() const {
  TensorMap map;
  for (const auto& [name, tensor] : named_) map[name] = tensor.detach();
  return map;
}

std::int64_t MatteNet::parameter_count() const {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : named_) count += tensor.numel();
  return count;
}

nlohmann::json to_json(const MatteNetConfig& config) {
  nlohmann::json json = {{"stem", config.stem}, {"head", config.head}};
  for (std::size_t i = 0; i < 4; ++i) {
    json[fmt::format("width{}", i)] = config.widths[i];
    json[fmt::format("decoder{}", i)] = config.decoder[i];
  }
  return json;
}

MatteNetConfig matte_net_config(const nlohmann::json& json) {
  const auto read = [&](const std::string& key) {
    const int value = json.contains(key) && json[key].is_number_integer() ? json[key].get<int>() : 0;
    check(value > 0 && value <= 1024, ErrorCode::kCorrupt,
          "The matting network's configuration lacks a \"{}\" from 1 to 1024", key);
    return value;
  };
  MatteNetConfig config;
  config.stem = read("stem");
  config.head = read("head");
  for (std::size_t i = 0; i < 4; ++i) {
    config.widths[i] = read(fmt::format("width{}", i));
    config.decoder[i] = read(fmt::format("decoder{}", i));
  }
  return config;
}

Tensor matte_net_input(const Image& crop, const Image& coverage, const Image& shape) {
  const int size = MatteNet::kSize;
  Tensor input = at::empty({MatteNet::kChannels, size, size});
  float* out = input.data_ptr<float>();
  const std::size_t plane = std::size_t(size) * size;
  for (const auto& [image, channels] :
       {std::pair{&crop, 3}, std::pair{&coverage, 1}, std::pair{&shape, 1}}) {
    check(image->width == size && image->height == size && image->channels == channels,
          ErrorCode::kInternal, "The matting network sees {0} x {0} x {1}, got {2} x {3} x {4}",
          size, channels, image->width, image->height, image->channels);
    for (int c = 0; c < channels; ++c) {
      for (std::size_t i = 0; i < plane; ++i) {
        *out++ = image->pixels[i * std::size_t(channels) + std::size_t(c)];
      }
    }
  }
  return input;
}

Image network_matte(const MatteNet& net, const Image& crop, const Image& coverage,
                    const Image& shape) {
  const at::NoGradGuard no_grad;
  const int size = MatteNet::kSize;
  const Tensor input =
      matte_net_input(resize(crop, size, size), resize(coverage, size, size), shape);
  const Tensor alpha = at::sigmoid(net.forward(input.unsqueeze(0))).contiguous();
  Image matte(size, size, 1);
  std::copy_n(alpha.data_ptr<float>(), matte.pixels.size(), matte.pixels.begin());
  return matte;
}

std::shared_ptr<const MatteNet> load_matte_net(const ModelPack& pack) {
  const PackNetwork& network = pack.network("matting");
  return std::make_shared<const MatteNet>(load_tensors(*network.weights),
                                          matte_net_config(network.config));
}

}  // namespace portrait

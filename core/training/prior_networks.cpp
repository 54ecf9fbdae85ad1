// SPDX-License-Identifier: Apache-2.0
#include "core/training/prior_networks.h"

#include "core/base/random.h"

namespace portrait {
namespace {

constexpr const char* kEncoderPrefix = "encoder.";
constexpr const char* kLastWeight = "decoder.net.2.weight";
constexpr const char* kLastBias = "decoder.net.2.bias";

Tensor density_gain(const Tensor& like) {
  Tensor gain = at::ones({like.size(0)}, like.options().requires_grad(false));
  gain[0] = PriorNetworks::kDensityGain;
  return gain;
}

}  // namespace

PriorNetworks PriorNetworks::random(const PlaneEncoderConfig& config, std::uint64_t seed) {
  Parameters parameters = Parameters::random(seed);
  PlaneEncoder encoder(parameters, config);
  RandomStream stream({seed, random_purpose("prior.decoder"), 0, 0});
  Decoder decoder = Decoder::random(stream);
  SuperResolution sr = SuperResolution::random(stream);
  return {std::move(parameters), std::move(encoder), std::move(decoder), std::move(sr)};
}

PriorNetworks PriorNetworks::from(const TensorMap& tensors, const PlaneEncoderConfig& config) {
  Parameters parameters = Parameters::bound(tensors, kEncoderPrefix);
  PlaneEncoder encoder(parameters, config);
  return {std::move(parameters), std::move(encoder), Decoder::load(tensors),
          SuperResolution::load(tensors)};
}

Decoder PriorNetworks::decoder() const {
  Decoder folded = trained_decoder;
  const Tensor gain = density_gain(trained_decoder.w1);
  folded.w1 = trained_decoder.w1 * gain.unsqueeze(1);
  folded.b1 = trained_decoder.b1 * gain;
  return folded;
}

std::vector<std::pair<std::string, Tensor>> PriorNetworks::named() const {
  std::vector<std::pair<std::string, Tensor>> all;
  for (const auto& [name, tensor] : encoder_parameters.named()) {
    all.emplace_back(kEncoderPrefix + name, tensor);
  }
  for (const auto& entry : trained_decoder.named_parameters()) all.push_back(entry);
  for (const auto& entry : sr.named_parameters()) all.push_back(entry);
  return all;
}

PriorNetworks PriorNetworks::to(at::Device device, const PlaneEncoderConfig& config) const {
  TensorMap moved;
  for (const auto& [name, tensor] : named())
    moved[name] = tensor.detach().to(device, at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  return from(moved, config);
}

TensorMap PriorNetworks::shipped(const TensorMap& values) {
  TensorMap out = values;
  const Tensor gain = density_gain(values.at(kLastWeight));
  out[kLastWeight] = values.at(kLastWeight) * gain.unsqueeze(1);
  out[kLastBias] = values.at(kLastBias) * gain;
  return out;
}

PriorNetworks PriorNetworks::from_shipped(TensorMap tensors, const PlaneEncoderConfig& config) {
  PriorNetworks networks = from(tensors, config);
  const at::NoGradGuard no_grad;
  const Tensor gain = density_gain(networks.trained_decoder.w1);
  networks.trained_decoder.w1.div_(gain.unsqueeze(1));
  networks.trained_decoder.b1.div_(gain);
  return networks;
}

}  // namespace portrait

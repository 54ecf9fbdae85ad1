// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/control_branch.h"

#include "core/nn/check_shape.h"
#include "core/nn/model_pack.h"

#include <string>

namespace portrait {
namespace {

std::string zero_name(const FeatureSite& site) {
  if (site.part == UNetPart::kMiddle) return "brushnet_mid_block";
  const char* part = site.part == UNetPart::kDown ? "down" : "up";
  return "brushnet_" + std::string(part) + "_blocks." + std::to_string(site.index);
}

}  // namespace

ControlBranch::ControlBranch(Parameters& p, const ControlConfig& config, Ends ends)
    : config_(config), arithmetic_(p.arithmetic()) {
  in_ = Conv2d(p, "conv_in_condition", config.in_channels + config.conditioning_channels,
               config.sizes.block_out_channels.front(), 3, 1, Init::kXavier);
  trunk_ = UNetTrunk(p, config.sizes, nullptr);
  if (ends == Ends::kNone) return;
  for (const FeatureSite& site : feature_sites(config.sizes)) {
    zeros_.emplace_back(p, zero_name(site), site.channels, site.channels, 1, 1, Init::kZeros);
  }
}

std::vector<Tensor> ControlBranch::features(const Tensor& latents, const Tensor& conditioning,
                                            const Tensor& t) const {
  check_latents(latents, t, config_.in_channels, config_.sizes);
  check_shape(conditioning,
              {latents.size(0), config_.conditioning_channels, latents.size(2), latents.size(3)},
              "conditioning");
  std::vector<Tensor> features;
  const auto keep = [&](const Tensor& x) {
    features.push_back(x);
    return x;
  };
  const Tensor joined = in_arithmetic(at::cat({latents, conditioning}, 1), arithmetic_);
  trunk_(in_(joined.contiguous(at::MemoryFormat::ChannelsLast)), t, {}, keep);
  return features;
}

std::vector<Tensor> ControlBranch::outputs(const std::vector<Tensor>& features,
                                           double scale) const {
  check(features.size() == zeros_.size(), ErrorCode::kInternal,
        "{} features were given to the zero convolutions of {} sites", features.size(),
        zeros_.size());
  std::vector<Tensor> outputs;
  for (std::size_t i = 0; i < zeros_.size(); ++i) {
    check_shape(features[i], {-1, zeros_[i].weight.size(1), -1, -1}, "feature");
    outputs.push_back(zeros_[i](features[i]) * scale);
  }
  return outputs;
}

std::shared_ptr<const ControlBranch> load_brushnet(const TensorMap& tensors,
                                                   const ControlConfig& config) {
  return network_of<ControlBranch>(Parameters::bound(tensors), config);
}

std::shared_ptr<const ControlBranch> load_brushnet(const ModelPack& pack, Precision precision) {
  const PackNetwork& network = pack.network("brushnet");
  return network_of<ControlBranch>(
      Parameters::streamed(reader_of(network.weights, precision.weights), precision.arithmetic),
      control_config(network.config));
}

}  // namespace portrait

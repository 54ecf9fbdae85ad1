// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/unet_2d_condition.h"

#include "core/diffusion/lora.h"
#include "core/nn/check_shape.h"
#include "core/nn/model_pack.h"

#include <utility>

namespace portrait {

UNet2DConditionModel::UNet2DConditionModel(Parameters& p, const UNetConfig& config)
    : config_(config), arithmetic_(p.arithmetic()), sites_(feature_sites(config.sizes).size()) {
  const int width = config.sizes.block_out_channels.front();
  in_ = Conv2d(p, "conv_in", config.in_channels, width, 3, 1, Init::kXavier);
  trunk_ = UNetTrunk(p, config.sizes, &config.attention);
  norm_ = GroupNorm(p, "conv_norm_out", width, config.sizes.norm_num_groups, config.sizes.norm_eps);
  // A fresh network answers zero.
  out_ = Conv2d(p, "conv_out", width, config.out_channels, 3, 1, Init::kZeros);
}

Tensor UNet2DConditionModel::operator()(const Tensor& latents, const Tensor& t,
                                        const Tensor& context,
                                        const std::vector<Tensor>& added) const {
  check_latents(latents, t, config_.in_channels, config_.sizes);
  check_shape(context, {latents.size(0), -1, config_.attention.cross_attention_dim}, "context");
  check(added.empty() || added.size() == sites_, ErrorCode::kInternal,
        "{} features are to be added to a network of {} sites", added.size(), sites_);
  std::size_t next = 0;
  const auto add = [&](const Tensor& x) {
    if (added.empty()) return x;
    const Tensor& feature = added[next++];
    check_shape(feature, {x.size(0), x.size(1), x.size(2), x.size(3)}, "added feature");
    return x + feature;
  };
  const Tensor x =
      in_(in_arithmetic(latents, arithmetic_).contiguous(at::MemoryFormat::ChannelsLast));
  const Tensor told = in_arithmetic(context, arithmetic_);
  const Tensor answer = out_(norm_silu(norm_, trunk_(x, t, told, add)));
  return answer.to(latents.scalar_type()).contiguous();
}

std::shared_ptr<const UNet2DConditionModel> load_unet(const TensorMap& tensors,
                                                      const UNetConfig& config) {
  return network_of<UNet2DConditionModel>(Parameters::bound(tensors), config);
}

std::shared_ptr<const UNet2DConditionModel> load_unet(const ModelPack& pack, at::Device device) {
  const PackNetwork& network = pack.network("unet");
  if (device.is_cpu()) return load_unet(pack, Precision{});
  TensorMap tensors = load_tensors(*network.weights, at::kFloat, device);
  merge_loras(network, tensors);
  return load_unet(tensors, unet_config(network.config));
}

std::shared_ptr<const UNet2DConditionModel> load_unet(const ModelPack& pack, Precision precision) {
  const PackNetwork& network = pack.network("unet");
  return network_of<UNet2DConditionModel>(
      Parameters::streamed(with_loras(network, reader_of(network.weights, precision.weights)),
                           precision.arithmetic),
      unet_config(network.config));
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/hpdm_base.h"

#include "core/base/error.h"
#include "core/diffusion/pack_diffusion.h"
#include "core/nn/model_pack.h"
#include "core/training/unet_networks.h"

#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace portrait {
namespace {

Viewpoint viewpoint_of(const Tensor& angles) {
  const auto degrees = [&](int i) { return angles[i].item<double>() * 180 / std::numbers::pi; };
  return {degrees(0), degrees(1)};
}

// Both branches of BrushNet's own tensors; what BrushNet has not is as of the UNet.
void take_brushnet(const ModelPack& pack, TensorMap& start) {
  for (const auto& [name, tensor] : load_tensors(*pack.network("brushnet").weights)) {
    for (const char* branch : {"explicit.", "implicit."}) {
      const auto mine = start.find(branch + name);
      if (mine == start.end()) continue;
      check(mine->second.sizes() == tensor.sizes(), ErrorCode::kCorrupt,
            "The pack's BrushNet is not of its UNet's sizes: see \"{}\"", name);
      mine->second = tensor;
    }
  }
}

}  // namespace

HpdmBase::HpdmBase(const ModelPack& pack, const TextPrompt& prompt, at::Device device)
    : device_(device),
      // Not packed: gradients go through it to what the branches add.
      unet_(load_unet(load_tensors(*pack.network("unet").weights, at::kFloat, device),
                      unet_config(pack.network("unet").config))) {
  if (pack.has("conditioner")) {
    conditioner_ = load_conditioner(pack, device);
  } else {
    text_.emplace(text_encoder_of(pack)(), prompt);
  }
}

Tensor HpdmBase::context(const UnetBatch& batch) const {
  const at::NoGradGuard no_grad;
  if (conditioner_) return batch_context(*conditioner_, batch);
  std::vector<Viewpoint> views;
  const Tensor angles = batch.angles.cpu();
  for (std::int64_t b = 0; b < angles.size(0); ++b) views.push_back(viewpoint_of(angles[b]));
  return batch.kept * text_->context(views).to(device_) +
         (1 - batch.kept) * text_->without(views).to(device_);
}

TensorMap hpdm_start(const ModelPack& pack, const HpdmConfig& config, std::uint64_t seed) {
  TensorMap start = hpdm_of_unet(load_tensors(*pack.network("unet").weights), config, seed);
  if (pack.has("brushnet")) take_brushnet(pack, start);
  return start;
}

}  // namespace portrait

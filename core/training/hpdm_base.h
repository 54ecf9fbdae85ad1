// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/hpdm.h"
#include "core/diffusion/text_conditioning.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/training/unet_batch.h"

#include <memory>
#include <optional>

namespace portrait {

class ModelPack;

// The frozen model that HPDM's branches learn to steer: a pack's "unet" with its "conditioner", or
// with its text encoder, which is told `prompt`.
class HpdmBase {
 public:
  // Throws kNotFound, kCorrupt.
  HpdmBase(const ModelPack& pack, const TextPrompt& prompt, at::Device device);

  const UNetConfig& config() const { return unet_->config(); }
  const UNet2DConditionModel& unet() const { return *unet_; }
  // Context tokens [B, M, W] of a batch; where the photo is withheld, those without it.
  Tensor context(const UnetBatch& batch) const;

 private:
  at::Device device_;
  std::shared_ptr<const UNet2DConditionModel> unet_;
  std::shared_ptr<const Conditioner> conditioner_;
  std::optional<TextConditioning> text_;
};

// Where the branches of `config` start, on the CPU: as the pack's "brushnet" where it has one of
// their sizes, else as its "unet" (hpdm_of_unet). Throws kCorrupt.
TensorMap hpdm_start(const ModelPack& pack, const HpdmConfig& config, std::uint64_t seed);

}  // namespace portrait

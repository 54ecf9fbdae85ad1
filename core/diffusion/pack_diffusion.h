// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/noise_schedule.h"
#include "core/diffusion/text_conditioning.h"

#include <functional>

namespace portrait {

class ModelPack;

// The noise schedule that a pack's "unet" was trained with, "schedule" of its configuration; Stable
// Diffusion 1.5's where none is stated. Throws kNotFound, kCorrupt, kUnsupported.
ScheduleConfig unet_schedule(const ModelPack& pack);

// Throws kNotFound; kCorrupt when the pack's "unet" states ("latent_space") that its latents were
// another VAE's than the pack's.
void check_unet_vae(const ModelPack& pack);

// Loads the pack's "text_encoder" and its tokenizer, which are checked to be there now.
// Throws kNotFound, kCorrupt, kUnsupported; what it returns does too.
std::function<TextEncoder()> text_encoder_of(const ModelPack& pack);

}  // namespace portrait

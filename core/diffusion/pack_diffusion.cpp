// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/pack_diffusion.h"

#include "core/base/error.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/nn/model_pack.h"

namespace portrait {

ScheduleConfig unet_schedule(const ModelPack& pack) {
  return schedule_config(pack.network("unet").config.value("schedule", nlohmann::json::object()));
}

void check_unet_vae(const ModelPack& pack) {
  const auto& config = pack.network("unet").config;
  pack.network("vae");  // is there, whatever the UNet states
  if (!config.contains("latent_space")) return;
  check(config.at("latent_space") == latent_space_of(pack), ErrorCode::kCorrupt,
        "The UNet of \"{}\" was trained on latents of another VAE than the pack's; train it on "
        "those of this one",
        pack.folder().string());
}

}  // namespace portrait

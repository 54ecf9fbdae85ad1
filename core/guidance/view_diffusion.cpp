// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/view_diffusion.h"

#include "core/diffusion/pack_diffusion.h"
#include "core/nn/model_pack.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace portrait {
namespace {

constexpr std::array<const char*, 2> kNetworks = {"vae", "unet"};

}  // namespace

bool ViewDiffusion::installed(const ModelPack& pack) {
  const auto has = [&](const char* id) { return pack.has(id); };
  return std::all_of(kNetworks.begin(), kNetworks.end(), has) &&
         (has("conditioner") || has("text_encoder"));
}

std::shared_ptr<const ViewDiffusion> ViewDiffusion::load(const ModelPack& pack, at::Device device,
                                                         PrecisionChoice precision) {
  check_unet_vae(pack);
  Networks networks;
  networks.vae = load_vae(pack, device);
  networks.unet = device.is_cpu() ? load_unet(pack, precision_of(pack.network("unet"), precision))
                                  : load_unet(pack, device);
  if (pack.has("conditioner")) {
    networks.conditioner = load_conditioner(pack, device);
  } else {
    networks.text = text_encoder_of(pack);
  }
  networks.schedule = unet_schedule(pack);
  return std::make_shared<const ViewDiffusion>(std::move(networks));
}

ViewDiffusion::ViewDiffusion(Networks networks)
    : networks_(std::move(networks)), schedule_(networks_.schedule) {}

NoiseShape ViewDiffusion::noise_shape(int size) const {
  const std::int64_t side = size / networks_.vae->config().reduction();
  return {networks_.vae->config().latent_channels, side, side};
}

int ViewDiffusion::size_step() const {
  return networks_.vae->config().reduction() * networks_.unet->config().sizes.reduction();
}

std::shared_ptr<const Conditioning> ViewDiffusion::conditioning(const Tensor& crop,
                                                                const TextPrompt& prompt) const {
  const at::NoGradGuard no_grad;
  if (reads_text()) return std::make_shared<TextConditioning>(networks_.text(), prompt);
  return std::make_shared<IdentityConditioning>(
      networks_.conditioner, identity_latents(*networks_.vae, crop, networks_.conditioner->side()));
}

Tensor ViewDiffusion::latents(const Tensor& picture) const {
  const at::NoGradGuard no_grad;
  return picture_latents(*networks_.vae, picture.unsqueeze(0))[0];
}

Tensor ViewDiffusion::picture(const Tensor& latents) const {
  const at::NoGradGuard no_grad;
  const AutoencoderKL& vae = *networks_.vae;
  const Tensor decoded = vae.decode(vae.from_diffusion(latents.unsqueeze(0)));
  return (decoded.clamp(-1, 1) * 0.5 + 0.5)[0].contiguous();
}

NoisePredictor ViewDiffusion::predictor(const Conditioning& conditioning, const Viewpoint& where,
                                        double guidance, Control control) const {
  const at::NoGradGuard no_grad;
  const Tensor context = conditioning.context({where});
  const Tensor without = guidance == 1 ? Tensor() : conditioning.without({where});
  return
      [this, context, without, guidance, control = std::move(control)](const Tensor& noisy, int t) {
        const at::NoGradGuard none;
        const Tensor at_t = at::full({1}, t, noisy.options().dtype(at::kLong));
        const std::vector<Tensor> added = control ? control(noisy, at_t) : std::vector<Tensor>{};
        const Tensor with = (*networks_.unet)(noisy, at_t, context, added);
        if (!without.defined()) return with;
        return guided((*networks_.unet)(noisy, at_t, without, added), with, guidance);
      };
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/conditioning.h"
#include "core/diffusion/denoise.h"
#include "core/diffusion/noise_schedule.h"
#include "core/diffusion/text_conditioning.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/guidance/anchor_noise.h"
#include "core/nn/precision.h"
#include "core/nn/torch.h"

#include <functional>
#include <memory>
#include <vector>

namespace portrait {

class ModelPack;

// The frozen latent-diffusion model that knows what a person looks like from a viewpoint: what
// stage 2 distils (the geometry-restoration model), and the base that HPDM steers.
class ViewDiffusion {
 public:
  // Of the networks "vae", "unet" and what makes its context: "conditioner", or "text_encoder" with
  // the pack's tokenizer. installed(): whether the pack has them all. `precision`: of the UNet, on
  // the CPU. load throws kNotFound, kCorrupt, kUnsupported.
  static bool installed(const ModelPack& pack);
  static std::shared_ptr<const ViewDiffusion> load(
      const ModelPack& pack, at::Device device = at::kCPU,
      PrecisionChoice precision = PrecisionChoice::kAuto);

  struct Networks {
    std::shared_ptr<const AutoencoderKL> vae;
    std::shared_ptr<const UNet2DConditionModel> unet;
    std::shared_ptr<const Conditioner> conditioner;  // one of these two
    std::function<TextEncoder()> text;  // loads it; it goes again when what it gave does
    ScheduleConfig schedule;
  };
  explicit ViewDiffusion(Networks networks);

  // Of pictures of `size` pixels a side.
  NoiseShape noise_shape(int size) const;
  // Sides of pictures are multiples of this.
  int size_step() const;

  // What follows takes and gives tensors of the networks' device.

  // Whether the prompt says what is painted; else the photo does.
  bool reads_text() const { return networks_.conditioner == nullptr; }
  // Whose head it is: the canonical crop over grey 0.5, [3,S,S] in [0,1], or the prompt.
  std::shared_ptr<const Conditioning> conditioning(const Tensor& crop,
                                                   const TextPrompt& prompt = {}) const;
  // [3,S,S] in [0,1] -> [L,s,s], and back, clamped.
  Tensor latents(const Tensor& picture) const;
  Tensor picture(const Tensor& latents) const;

  // What a control branch adds to the UNet for noisy latents at timestep t.
  using Control = std::function<std::vector<Tensor>(const Tensor& noisy, const Tensor& t)>;
  // Answers for one view of a person. guidance: classifier-free; 1 = the conditioned answer alone.
  // Keeps what it is told; valid as long as this.
  NoisePredictor predictor(const Conditioning& conditioning, const Viewpoint& where,
                           double guidance, Control control = {}) const;

  const AutoencoderKL& vae() const { return *networks_.vae; }
  const NoiseSchedule& schedule() const { return schedule_; }

 private:
  Networks networks_;
  NoiseSchedule schedule_;
};

}  // namespace portrait

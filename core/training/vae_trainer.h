// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/autoencoder_kl.h"
#include "core/training/painted_views.h"
#include "core/training/training_loop.h"
#include "core/training/vae_loss.h"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

namespace portrait {

struct VaeTrainingOptions {
  TrainingRun run{.minutes = 60, .batch = 8, .learning_rate = 1e-3};
  std::filesystem::path cache;  // of fill_portrait_cache
  std::filesystem::path views;  // of fill_view_cache: pieces of views too; empty: of photos alone
  AutoencoderConfig vae = compact_autoencoder();  // of a fresh network
  VaeLossWeights weights;
  // Encoder and latents stay as they are, so that networks on the latents stay valid; with
  // `from` or `resume`.
  bool decoder_only = false;
  // With decoder_only: pieces of painted views too, so that their texture is made of the noise that
  // is left in them, which the weights then state (texture_timestep); else that stays as it was.
  PaintedViewsOptions painted;
  int crop = 128;  // side of the pieces of photos that it is trained on
  int scored = 8;  // held-out photos of a validation
};

struct VaeScore {
  double psnr_db = 0;           // mean over the pictures, of the mean of the posterior decoded
  double latent_deviation = 0;  // of the means' numbers over all pictures
};

// Pictures U8 [3, H, W], whole, on any device; `device` is the network's. Throws kInternal when there are none.
VaeScore score_vae(const AutoencoderKL& vae, const std::vector<Tensor>& pictures,
                   at::Device device = at::kCPU);

// vae_losses() on draw_crops(): where there are views, as many pieces of them as of photos; where
// there are painted ones, half as many of these besides, by decoded_losses(). Writes
// OUT/vae.safetensors with each checkpoint; its scaling_factor brings the latents of held-out photos
// (without any: of the first ones trained on) to a deviation of 1. values of a report:
// "reconstruction", "divergence", "texture" (with a weight), "painted_texture"; "psnr_db" and
// "latent_deviation" of score_vae(). Throws what run_training() throws, kNotFound (empty cache),
// kBadUsage (the decoder alone of a fresh network; painted views with the encoder).
void train_vae(const VaeTrainingOptions& options,
               const std::function<void(const TrainingReport&)>& progress,
               std::stop_token stop = {});

}  // namespace portrait

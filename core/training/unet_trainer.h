// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/noise_schedule.h"
#include "core/training/training_loop.h"
#include "core/training/unet_networks.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct UnetTrainingOptions {
  TrainingRun run{.minutes = 60, .batch = 16, .learning_rate = 1e-3};
  TrainingSchedule pace{.warm_up_steps = 300, .averaging = 0.999};
  std::filesystem::path cache;     // of fill_latent_cache
  std::filesystem::path vae_pack;  // whose "vae" the latents are of
  UnetNetworksConfig networks;     // of fresh ones; so is the next
  ScheduleConfig schedule{.prediction_type = Prediction::kVelocity};
  double large_share = 0.2;  // last part of the run, on latents of 512 x 512 pixels
  double dropped = 0.1;      // samples whose photo is withheld, for classifier-free guidance
  int scored = 12;           // held-out people of a validation
};

// The base UNet with its conditioner, on views of a latent cache: the squared error of the answer
// at draw_timestep(), weighted by velocity_weight(). Writes OUT/unet.safetensors, whose
// configuration holds the noise "schedule" and the "latent_space" of its latents besides the UNet's,
// and OUT/conditioner.safetensors with each checkpoint.
// values of a report: "loss" (weighted), "error" (not), and those of UnetValidation, on held-out
// people (without any: on the first that it is trained on).
// Throws what run_training() throws, kNotFound (empty cache, pack without a VAE), kCorrupt (latents
// of another VAE), kBadUsage (networks that do not fit the latents).
void train_unet(const UnetTrainingOptions& options,
                const std::function<void(const TrainingReport&)>& progress,
                std::stop_token stop = {});

}  // namespace portrait

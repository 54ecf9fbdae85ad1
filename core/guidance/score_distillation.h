// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/denoise.h"
#include "core/diffusion/noise_schedule.h"
#include "core/nn/torch.h"

namespace portrait {

// Score distillation, (2): what a diffusion model would change of a picture, as a gradient.
// w_t (eps_theta(z_t, t, c) - eps), w_t = 1 - abar_t, of clean latents z [B,L,h,w] noised with
// `noise` of their shape at timestep t. The model is not differentiated. `predict` answers as the
// schedule's prediction type says. Throws kInternal when shapes differ or t is off the schedule.
Tensor distilled_gradient(const NoiseSchedule& schedule, const Tensor& clean, const Tensor& noise,
                          int t, const NoisePredictor& predict);

// The same pulled back to a picture [3,S,S] in [0,1], through the encoder: the posterior's mean, in
// diffusion's units. S a multiple of the autoencoder's reduction.
struct DistilledPicture {
  Tensor gradient;  // [3,S,S]
  double norm = 0;  // of the latents' gradient, the root of its mean square: to be looked at
};
DistilledPicture distil(const AutoencoderKL& vae, const NoiseSchedule& schedule,
                        const Tensor& picture, const Tensor& noise, int t,
                        const NoisePredictor& predict);

// t of step s of `steps`: uniform in [0.02, high] of the schedule's timesteps, `high` falling
// evenly from 0.98 to 0.5; share in [0, 1) is the uniform number.
int distillation_timestep(const ScheduleConfig& schedule, int step, int steps, double share);

}  // namespace portrait

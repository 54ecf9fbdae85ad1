// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/noise_schedule.h"
#include "core/training/training_loop.h"
#include "core/training/unet_networks.h"

#include <map>

namespace portrait {

// Scores a UNet on fixed pictures with fixed noise.
class UnetValidation {
 public:
  // The first `people` of the set, one view of each; `vae`, on the device, and `schedule` outlive it.
  UnetValidation(const LatentSet& set, const AutoencoderKL& vae, const NoiseSchedule& schedule,
                 int people, at::Device device);

  // "error_T" at T = 100, 300, 500, 700: the mean squared error of the answer; "error_without" at
  // 500, of nobody's photo; "gain_T" at 300, 500, 700: decibels of PSNR of the decoded one-step
  // estimate above that of a network that answers nothing, both against the clean latents decoded.
  TrainingValues score(const UnetNetworks& networks);

 private:
  Tensor decoded(const Tensor& latents) const;
  double psnr_db(const Tensor& latents) const;  // the mean over the pictures

  const AutoencoderKL& vae_;
  const NoiseSchedule& schedule_;
  UnetBatch batch_;
  Tensor truth_;
  std::map<int, double> nothing_;  // PSNR of an answer of nothing, by timestep
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/prior/plane_unet.h"
#include "core/training/training_loop.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct PlaneUNetTrainingOptions {
  TrainingRun run{.minutes = 60, .batch = 1, .learning_rate = 5e-4};
  TrainingSchedule pace{.warm_up_steps = 50, .averaging = 0.99};
  std::filesystem::path cache;  // a subject cache; its first `validation` subjects are held back
  std::filesystem::path pack;   // of the frozen "prior", "vae", "unet" and "conditioner"
  PlaneUNetConfig network;      // of a fresh one; slices and channels are the prior's
  int size = 256;               // pixels of the views that are judged
  double guidance = 2;
  double keep_weight = 1;  // of the mean squared change of the planes
  int coarse = 32;         // samples on a ray
  int fine = 24;
  int validation = 8;
};

// The pre-training (4) of the detail-preservation UNet: over portraits, score distillation of
// random views (azimuth over 360 degrees, elevation within 30) of what it makes of their
// tri-planes, with a leash to what came in. Writes OUT/geometry.safetensors with each checkpoint.
// values of a report: "distillation" (root mean square of (2)'s gradient in latents), "change" (of
// the planes, root mean square); on people held back "residual" and "residual_before": how far the
// model's answer lies from the noise, of views with and without the network.
// Throws what run_training() throws, kNotFound (no subjects, a pack without the networks).
void train_plane_unet(const PlaneUNetTrainingOptions& options,
                      const std::function<void(const TrainingReport&)>& progress,
                      std::stop_token stop = {});

}  // namespace portrait

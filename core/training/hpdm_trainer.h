// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/hpdm_config.h"
#include "core/diffusion/view_prompt.h"
#include "core/training/training_loop.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct HpdmTrainingOptions {
  TrainingRun run{.minutes = 60, .batch = 8, .learning_rate = 5e-4};
  TrainingSchedule pace{.warm_up_steps = 200, .averaging = 0.998};
  std::filesystem::path cache;  // of fill_pair_cache
  std::filesystem::path pack;  // of the frozen "unet", of what makes its context ("conditioner", or
                               // "text_encoder"), and of what made the pairs
  HpdmConfig hpdm = compact_hpdm();  // of fresh branches, which take the UNet's sizes
  // Of a base that reads texts.
  TextPrompt prompt{"a photo of a person, head and shoulders", "", true};
  bool gradient_checkpoints = false;  // less memory for a third more work: at published sizes
  double large_share = 0.2;          // last part of the run, on latents of 512 x 512 pixels
  // Samples that start as the head's render, noised, and are to become the truth all the same:
  // refinement noises renders, whose shapes and colours are not yet right, and a network that has
  // only met noised truth would keep them. 0: as the paper trains.
  double from_render = 0.5;
  double dropped = 0.1;              // samples whose photo is withheld from the base
  double muted = 0.1;   // steps without the Implicit-Branch, and steps without the geometry prior,
                        // so that either can be turned down
  int scored = 24;      // held-out pairs of a validation
};

// HPDM's branches on pairs of views, through the frozen base (which is not changed): the squared
// error of the base's answer, weighted as the UNet's trainer does, or of the picture that it tells
// where the start is a render. Fresh branches start as the
// base's own layers, or as its pack's "brushnet" (hpdm_start()). Writes OUT/hpdm.safetensors with
// each checkpoint, whose configuration holds the "unet_sha256" of its base. values of a report:
// "loss" (weighted), "error" (not); on held-out pairs (without any: on the first that it is trained
// on) at t = 300 and 500 "error_T" and, of the base alone, "base_T"; and "explicit_T", with the
// Implicit-Branch muted; "gain_T", dB by which latents told of the noised render are nearer to the
// truth's than the render's. Throws what run_training() throws, kNotFound (no pairs, a pack without
// the networks), kCorrupt (pairs of other networks), kBadUsage (branches of --from that do not fit
// the UNet).
void train_hpdm(const HpdmTrainingOptions& options,
                const std::function<void(const TrainingReport&)>& progress,
                std::stop_token stop = {});

}  // namespace portrait

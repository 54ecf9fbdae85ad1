// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/perception/perceptual_distance.h"
#include "core/training/perceptual_triplets.h"
#include "core/training/training_loop.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct PerceptualTrainingOptions {
  TrainingRun run{.minutes = 30, .batch = 30, .learning_rate = 1e-3};
  TrainingSchedule schedule{.warm_up_steps = 100, .final_rate = 0.01};
  std::filesystem::path cache;  // of fill_identity_cache
  int crop = 64;  // pixels of the pieces of triplets that a step sees, the whole face being 112
  FaceTrunkConfig net = PerceptualDistance::kDefault;  // of a fresh network
};

// Of distances [B] > 0: the mean of softplus(-k log(farther / nearer)), so that their scale is
// free.
Tensor ranking_loss(const Tensor& nearer, const Tensor& farther);

// Writes OUT/perceptual_compact.safetensors with each checkpoint. values of a report: "loss",
// "right" (share of the batch); on people held out of the cache "choice", and "choice_kinds" of
// those between two kinds of degradations. Throws what run_training() throws, kNotFound (empty
// cache), kBadInput (one person).
void train_perceptual(const PerceptualTrainingOptions& options,
                      const std::function<void(const TrainingReport&)>& progress,
                      std::stop_token stop = {});

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/photo/matte_net.h"
#include "core/training/matting_augment.h"
#include "core/training/matting_loss.h"
#include "core/training/training_loop.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct MattingTrainingOptions {
  TrainingRun run{.minutes = 60, .batch = 12, .learning_rate = 1.5e-3};
  std::filesystem::path cache;  // of fill_portrait_cache
  MatteNetConfig net;           // of a fresh network; a checkpoint must agree with it
  // First part of the run, seen at half the size: four times the samples while shapes are learnt.
  double small_share = 0.5;
};

// Everyone of a portrait cache; about 1 MB each. Nobody when the folder has none.
// Throws kCorrupt (a file of something else).
MattingPeople load_matting_people(const std::filesystem::path& cache, bool held_out);

// The network on people in augmented pictures that are always the same, `pictures` of them.
MattingScore score_matting(const MatteNet& net, const MattingPeople& people, int pictures);

// matting_loss() on draw_matting_batch(). Writes OUT/matting.safetensors with each checkpoint.
// values of a report: "cross_entropy", "difference", "gradient"; "people" (trained on) and, when
// there is anyone held out, "iou" and "mae" of score_matting().
// Throws what run_training() throws, kNotFound (empty cache).
void train_matting(const MattingTrainingOptions& options,
                   const std::function<void(const TrainingReport&)>& progress,
                   std::stop_token stop = {});

// The same on people who are in memory; options.cache is not read.
void train_matting_on(const MattingPeople& people, const MattingPeople& held_out,
                      const MattingTrainingOptions& options,
                      const std::function<void(const TrainingReport&)>& progress,
                      std::stop_token stop = {});

}  // namespace portrait

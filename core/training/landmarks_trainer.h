// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/photo/landmark_net.h"
#include "core/training/landmarks_cache.h"
#include "core/training/training_loop.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct LandmarkTrainingOptions {
  TrainingRun run{.minutes = 20, .batch = 32, .learning_rate = 2e-3};
  std::filesystem::path cache;  // of fill_landmark_cache; files that come later are taken in
  LandmarkNetConfig net;        // of a fresh network; a checkpoint must agree with it
  double negatives = 0.15;      // share of a batch that is no face
};

struct LandmarkScore {
  double nme_percent = 0;        // faces turned by at most 50 degrees, by the outer eye corners
  double nme_box_percent = 0;    // all faces, by the square root of the points' box
  double face_recall = 0;        // share of faces that are called one
  int faces = 0;
};

// The network on held-out faces, cut with the small offsets of a detector's box, one pass.
LandmarkScore score_landmarks(const LandmarkNet& net, const LandmarkFaces& faces);

// Wing loss on the points (Feng et al., CVPR 2018), Laplace likelihood of their errors for the
// scales, cross-entropy for face or not. Writes OUT/landmarks.safetensors with each checkpoint.
// values of a report: "points_px", "scale", "face"; "faces" (trained on), "nme_percent",
// "nme_box_percent", "face_recall". Throws what run_training() throws, kNotFound (empty cache).
void train_landmarks(const LandmarkTrainingOptions& options,
                     const std::function<void(const TrainingReport&)>& progress,
                     std::stop_token stop = {});

}  // namespace portrait

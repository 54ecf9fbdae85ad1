// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/photo/landmark_net.h"
#include "core/training/landmarks_cache.h"
#include "core/training/prior_trainer.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct LandmarkTrainingOptions {
  std::filesystem::path cache;  // filled by fill_landmark_cache; new files are taken in as they come
  std::filesystem::path out;    // checkpoint.safetensors and landmarks.safetensors go there
  LandmarkNetConfig net;
  double minutes = 20;          // of this run; the learning rate falls to nothing over them
  int batch = 32;
  double learning_rate = 2e-3;
  double negatives = 0.15;      // share of a batch that is no face
  double report_seconds = 120;
  double checkpoint_seconds = 180;
  bool resume = false;
  std::uint64_t seed = 1;
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
// scales, cross-entropy for face or not. Averaged weights are what is kept. values of a report:
// "points_px", "scale", "face", "nme_percent", "nme_box_percent".
// Throws kNotFound (empty cache), kNumerical.
void train_landmarks(const LandmarkTrainingOptions& options,
                     const std::function<void(const TrainingReport&)>& progress,
                     std::stop_token stop = {});

// Copies FOLDER/landmarks.safetensors, as train_landmarks() leaves it, into a pack as its network
// "landmarks", with configuration, hash and provenance. Makes the pack when there is none.
// Throws kNotFound (no weights), kCorrupt (weights that do not state their samples), kIo.
void install_landmarks(const std::filesystem::path& folder, const std::filesystem::path& pack);

}  // namespace portrait

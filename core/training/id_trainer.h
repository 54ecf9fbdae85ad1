// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/perception/face_identity.h"
#include "core/training/identity_cache.h"
#include "core/training/training_loop.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct IdTrainingOptions {
  TrainingRun run{.minutes = 60, .batch = 64, .learning_rate = 2e-3};
  TrainingSchedule schedule{.warm_up_steps = 100, .final_rate = 0.01};
  std::filesystem::path cache;  // of fill_identity_cache
  FaceIdentityConfig net;       // of a fresh network; a checkpoint must agree with it
  int photos = 2;               // of each person in a batch, of run.batch / photos people
  double temperature = 0.1;     // of the loss
};

// Pairs of faces that both stand within so many degrees of the front are told apart.
inline constexpr double kIdentityAzimuthDeg = 45;

struct IdentityScore {
  double auc = 0;  // core/metrics/roc.h
  double equal_error_rate = 0;
  std::int64_t same = 0;  // pairs
  std::int64_t different = 0;
};

// Every pair of faces whose azimuths are at most most_azimuth_deg, by the cosine of their
// embeddings. Throws kBadUsage when there are no pairs of one kind.
IdentityScore score_identity(const FaceIdentity& net, const IdentityFaces& faces,
                             double most_azimuth_deg = kIdentityAzimuthDeg);

// Of a batch's embeddings [B, E] of length 1 and whose they are [B]: the mean over anchors and over
// the other photos of the same person of -log softmax of cosine / temperature over all others
// (supervised contrastive loss, Khosla et al., NeurIPS 2020, eq. 2). Every person at least twice.
Tensor contrastive_loss(const Tensor& embeddings, const Tensor& person, double temperature);

// Writes OUT/id_compact.safetensors with each checkpoint. values of a report: "loss"; "people"
// (trained on), and on those held out of the cache "auc", "equal_error_rate". Throws what
// run_training() throws, kNotFound (empty cache), kBadInput (too few people for a batch).
void train_id(const IdTrainingOptions& options,
              const std::function<void(const TrainingReport&)>& progress,
              std::stop_token stop = {});

}  // namespace portrait

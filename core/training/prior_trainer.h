// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"
#include "core/prior/plane_encoder.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>

namespace portrait {

// Trains the GAN prior's stand-in of the compact pack: plane encoder (3), decoder and
// super-resolution together, on synthetic subjects of which everything is known.
//
// Supervision is direct: matter and colour at points of the head and of the space around it, which
// teaches far faster than rendered views, and the super-resolution on pieces of 512 views whose
// features are read at the true surface. A last phase renders those pieces by volume rendering, so
// that what is shipped fits the renderer that uses it.
struct PriorTrainingOptions {
  std::filesystem::path cache;     // a subject cache; its last `validation` subjects are held back
  std::filesystem::path out;       // folder of the checkpoint and of the finished weights
  PlaneEncoderConfig encoder;
  double minutes = 60;             // of this run; the learning rate falls to its end over them
  std::int64_t steps = 0;          // ends the run after so many steps, if it comes first; 0: never
  double rendered_share = 0.3;     // of the minutes, spent on rendered pieces
  int batch = 4;
  int occupancy_points = 3072;     // per photo and step
  int surface_points = 2048;
  double learning_rate = 1e-3;
  int validation = 16;
  bool resume = false;
  std::uint64_t seed = 1;
  at::Device device = at::kCPU;
};

struct TrainingReport {
  std::int64_t step = 0;
  std::int64_t samples_seen = 0;
  double minutes = 0;
  std::map<std::string, double> values;  // losses, averaged since the last report
};

// Writes OUT/checkpoint.safetensors every five minutes and OUT/prior.safetensors (averaged
// weights, decoder gains folded in) with it. Throws kNotFound, kNumerical.
void train_prior(const PriorTrainingOptions& options,
                 const std::function<void(const TrainingReport&)>& progress,
                 std::stop_token stop = {});

}  // namespace portrait

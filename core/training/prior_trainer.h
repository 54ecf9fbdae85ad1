// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/prior/plane_encoder.h"
#include "core/training/training_loop.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

// Trains the GAN prior's stand-in of the compact pack: plane encoder (3), decoder and
// super-resolution together, on synthetic subjects of which everything is known.
//
// Supervision is direct: matter and colour at points of the head and of the space around it, which
// teaches far faster than rendered views, and the super-resolution on pieces of 512 views whose
// features are read at the true surface. A last phase renders those pieces by volume rendering, so
// that what is shipped fits the renderer that uses it.
struct PriorTrainingOptions {
  TrainingRun run{.batch = 4};
  std::filesystem::path cache;  // a subject cache; its first `validation` subjects are held back
  PlaneEncoderConfig encoder;   // of fresh networks; a checkpoint or a pack must agree with it
  double rendered_share = 0.3;  // of the run, at its end, spent on rendered pieces
  int occupancy_points = 6144;  // per photo and step
  int surface_points = 6144;
  int validation = 16;
  // The `frontal` variant (a prior without a back, to test Stage 2 on): photos and all that
  // supervises come from within 45 degrees of yaw, as SubjectBatches::Options::frontal and
  // FrontalView say in full; so do the validation's batches and mean_surface. The same with each
  // --resume of a run.
  bool frontal = false;
  // Of texture_loss() of the pieces against those of the truth, beside what is asked of each pixel.
  double texture = 0;
  // Only what comes last is trained: the generators' two last layers, the mean planes, decoder and
  // super-resolution. What the network understands of a photo stays; for runs with `texture`.
  bool finish = false;
};

// Parameters and batches lie on run.device; the mean surface, photos and rays are made on the CPU.
// On CUDA the rendered pieces take the renderer's kernels where the build has them
// (PORTRAIT_HAVE_CUDA), else its LibTorch reference, which is right on any device but many times
// slower.
// Writes OUT/prior.safetensors (averaged weights, decoder gains folded in) with each checkpoint.
// values of a report: "matter", "colour", "picture", "opacity", "coarse", "depth" (the last three
// on rendered pieces only); "validation_iou", "validation_colour".
// Throws what run_training() throws, kNotFound (no subjects), kBadInput (too few; frontal: none
// seen from the front).
void train_prior(const PriorTrainingOptions& options,
                 const std::function<void(const TrainingReport&)>& progress,
                 std::stop_token stop = {});

}  // namespace portrait

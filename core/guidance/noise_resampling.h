// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/guidance/anchor_noise.h"
#include "core/guidance/gradient_consistency.h"
#include "core/nn/torch.h"

#include <cstdint>
#include <string>

namespace portrait {

// The Multi-View Noise Resampling Strategy (Sec. 3.4, (12) to (17)) and what it is held against in
// Fig. 6.
enum class NoiseMode {
  kFixed,            // each view keeps a noise of its own, drawn once and apart from the others'
  kRandom,           // fresh noise in each iteration
  kAnchor,           // resampled round anchors of the chain (13), which stay
  kAnchorOptimised,  // the same, and the better of resampled and anchor stays (17): the method
};
const char* noise_mode_name(NoiseMode mode);       // "anchor_optimised"; the setting's names
NoiseMode noise_mode_of(const std::string& name);  // throws kInternal on another name

// What one view keeps from an iteration to the next.
struct NoiseMemory {
  Tensor anchor;           // eps_ac [L,s,s]
  Tensor target;           // I [3,S,S]; undefined before the first iteration
  Tensor latents;          // of the target, [L,s,s]
  GradientList applied;    // the gradient that (18) took of it
  RetentionScores scores;  // of the last iteration that judged
  int judged = 0;          // iterations
  int accepted = 0;        // of these
  int anchor_age = 0;      // iterations since the anchor changed
};

// A newly painted target and its gradients.
struct NoiseTrial {
  Tensor noise, target, latents;
  GradientList resampled;  // grad_D of (14)
  GradientList kept;       // grad_P of (15); empty when the view has no target yet
};

struct NoiseResampling {
  NoiseMode mode = NoiseMode::kAnchorOptimised;
  double sigma = 0.1;  // of (12)
  std::uint64_t seed = 0;

  // Whether anchors are made by the chain (13), or apart from each other.
  bool chained() const { return mode == NoiseMode::kAnchor || mode == NoiseMode::kAnchorOptimised; }
  bool retains() const { return mode == NoiseMode::kAnchorOptimised; }

  // An anchor that has to do with no other view.
  Tensor own_anchor(const NoiseShape& shape, int view) const;
  // The noise that a view is painted with. In a view's first iteration that is the anchor itself.
  Tensor draw(const NoiseMemory& memory, int iteration, int view) const;
  // (16) and (17): what stays of the two. `driving`: the applied gradient of the driving view.
  void decide(NoiseMemory& memory, NoiseTrial trial, const GradientList& driving) const;
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"
#include "core/field/field.h"
#include "core/nn/adam.h"
#include "core/pipeline/hold.h"
#include "core/pipeline/optimised_state.h"
#include "core/pipeline/photo_target.h"
#include "core/pipeline/ray_sampler.h"
#include "core/pipeline/reference_loss.h"
#include "core/pipeline/stage.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

struct PhotoFitOptions {
  // Live: taken over between two steps.
  double rate_planes = 0.04;
  double rate_decoder = 0.001;
  double rate_sr = 0.0005;
  double hold_weight = 1;
  double relief_weight = 0.5;  // of Hold::relief()
  // Fixed when the stage starts.
  int hold_views = 1;
  double minutes = 3;
  int steps_max = 2000;
  // Not settings: what was found to work.
  int patch = 48;          // feature pixels along a patch's side, at most the image's
  int spread = 4;          // samples over the whole ray
  int near = 8;            // samples at the known surface
  int refresh_every = 50;  // steps between two coarse passes over the whole image

  static PhotoFitOptions from(const Settings& settings);
  void take_live(const Settings& settings);
};

// Stage 1b: Psi = {T, psi_dec, psi_SR} under L_ref alone, held to T_init (METHOD). A step looks
// at one patch of the photo through renderer and super-resolution. Everything random is a
// function of (seed, step), so a step can be repeated and a run resumed bit for bit.
class PhotoFit : public Stage {
 public:
  // `head` is optimised in place; `first_head` is what it is held to. steps: of the whole stage,
  // 0 = not planned yet (plan() or set_steps() before the first step()).
  PhotoFit(Field head, const Field& first_head, const PhotoTarget& target, std::uint64_t seed,
           const PhotoFitOptions& options);

  // Takes a few steps, times them, puts everything back, and says how many fit into the budget.
  int plan();
  void set_steps(int steps) { steps_ = steps; }
  double budget_seconds() const { return 60 * options_.minutes; }
  int steps_max() const { return options_.steps_max; }
  int steps() const override { return steps_; }
  int step_count() const override { return step_; }

  // One step. A non-finite loss or gradient changes nothing but the random state: the last good
  // state comes back and the next steps are half as long (rolled_back is true); the second time
  // throws kNumerical naming the term.
  StageResult step() override;

  void take_live(const Settings& settings) override { options_.take_live(settings); }
  const Field& head() const { return head_; }

  // Everything needed to go on, bit for bit; head and T_init are the caller's to save.
  void save_to(TensorMap& tensors, nlohmann::json& state) const override;
  void load_from(const TensorMap& tensors, const nlohmann::json& state) override;

 private:
  LossTerms reference_loss(int step) const;
  FitLosses backward(int step);  // fills the gradients
  PixelRect choose_patch(int step) const;
  double rate_factor() const;
  void apply();
  void keep_good();

  Field head_;
  PhotoTarget target_;
  std::uint64_t seed_;
  PhotoFitOptions options_;
  RaySampler sampler_;
  Hold hold_;
  Adam planes_;
  Adam decoder_;
  Adam sr_;
  int steps_ = 0;
  int step_ = 0;
  int draws_ = 0;  // step_ plus repeated ones: the step of the random keys
  int rollbacks_ = 0;
  double damping_ = 1;
  OptimisedState good_;  // with the last good state
  int good_step_ = 0;
};

}  // namespace portrait

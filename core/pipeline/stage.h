// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"
#include "core/nn/torch_safetensors.h"
#include "core/pipeline/fit_losses.h"

#include <nlohmann/json_fwd.hpp>

namespace portrait {

// What a step of a stage, or a part of one, came to.
struct StageResult {
  FitLosses losses;  // of a whole step; empty after a part that completes none
  bool head_changed = true;
  bool rolled_back = false;  // a value was not finite and the last good state came back
};

// A stage that optimises a head in place, step by step. Everything random is a function of the seed
// and the step, so that a step can be repeated and a run resumed bit for bit.
class Stage {
 public:
  virtual ~Stage() = default;

  // Throws kNumerical when values are not finite again after a roll-back: the last good head
  // stands. Throws Interrupted (core/base/interruption.h) in a scope that asks for it: then the
  // stage is as it was before, and the same call does the same again.
  virtual StageResult step() = 0;
  virtual int steps() const = 0;       // planned
  virtual int step_count() const = 0;  // whole ones that are done
  bool finished() const { return steps() > 0 && step_count() >= steps(); }
  // Parts of a step that are done and would be done again after save_to() and load_from().
  virtual int parts_done() const { return 0; }

  // Settings that act while the stage runs.
  virtual void take_live(const Settings& settings) = 0;

  // Everything needed to go on, bit for bit; head and photo are the caller's to save. load_from
  // throws kCorrupt naming what is missing or malformed.
  virtual void save_to(TensorMap& tensors, nlohmann::json& state) const = 0;
  virtual void load_from(const TensorMap& tensors, const nlohmann::json& state) = 0;
};

}  // namespace portrait

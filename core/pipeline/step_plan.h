// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace portrait {

// A budget in seconds that was turned into steps, and how it goes.
struct StepPlan {
  int steps = 0;  // planned
  int done = 0;
  int most = 0;   // whatever the budget allows
  double budget = 0;            // seconds of the stage
  double before = 0, now = 0;   // seconds that it had taken before the last step, and has now
  double seconds_per_step = 0;  // lately
};

// The steps that fit, if the plan is to be changed. A machine that was busy when the plan was made,
// or became busy since, would miss the budget by much: the plan is looked at anew where a tenth, a
// quarter, a half and three quarters of the budget are used up, and changed when it is off by more
// than a twentieth of what is left.
std::optional<int> revised_steps(const StepPlan& plan);

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/step_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait {
namespace {

constexpr std::array kLookedAt = {0.1, 0.25, 0.5, 0.75};  // shares of the budget
constexpr double kTolerance = 0.05;                       // of the steps that are left

}  // namespace

std::optional<int> revised_steps(const StepPlan& plan) {
  const bool due = std::any_of(kLookedAt.begin(), kLookedAt.end(), [&](double share) {
    return plan.before < share * plan.budget && plan.now >= share * plan.budget;
  });
  if (!due || plan.seconds_per_step <= 0) return std::nullopt;
  const double fitting = (plan.budget - plan.now) / plan.seconds_per_step;
  const int left = plan.steps - plan.done;
  const int most_left = plan.most - plan.done;
  const int revised = int(std::min(std::max(1.0, fitting), double(std::max(1, most_left))));
  if (std::abs(revised - left) <= kTolerance * left) return std::nullopt;
  return plan.done + revised;
}

}  // namespace portrait

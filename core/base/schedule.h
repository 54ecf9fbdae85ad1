// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

#include <cmath>
#include <cstdint>

namespace portrait {

// A weight that changes over the steps of a stage: v0 until start_step, v1 from end_step on, and
// between them a straight line, or a geometric one (kExponential: both values above 0).
struct Schedule {
  enum class Shape { kLinear, kExponential };

  std::int64_t start_step = 0;
  double v0 = 0;
  double v1 = 0;
  std::int64_t end_step = 0;
  Shape shape = Shape::kLinear;

  // Throws kBadUsage when an exponential one reaches zero or below.
  double at(std::int64_t step) const {
    check(shape == Shape::kLinear || (v0 > 0 && v1 > 0), ErrorCode::kBadUsage,
          "An exponential schedule from {} to {} is impossible; both must be above 0", v0, v1);
    if (step >= end_step) return v1;
    if (step <= start_step) return v0;
    const double t = double(step - start_step) / double(end_step - start_step);
    return shape == Shape::kLinear ? v0 + (v1 - v0) * t : v0 * std::pow(v1 / v0, t);
  }
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace portrait {

// Keeps work that only serves the eye to a fraction of the worker's time: after a piece that took
// d seconds the next one is due d * (1 / fraction - 1) seconds later.
class DutyCycle {
 public:
  using Clock = std::chrono::steady_clock;
  explicit DutyCycle(double fraction) : fraction_(fraction) {}

  bool due(Clock::time_point now) const { return now >= next_; }
  void spent(Clock::time_point begin, Clock::time_point end) {
    next_ = end + std::chrono::duration_cast<Clock::duration>((end - begin) * (1 / fraction_ - 1));
  }
  void reset() { next_ = {}; }

 private:
  double fraction_;
  Clock::time_point next_{};
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/training_loop.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <thread>
#include <utility>

namespace portrait {

// Batches of the steps to come, drawn on threads of their own while a device works on this one's: a
// device takes a step in the time that a processor needs to put some tens of samples together.
// Where the network runs on the processor too, nothing is drawn ahead. A batch is a function of its
// step, so that either way the same are drawn; only what a step's share() decides lags behind.
template <class Batch>
class BatchesAhead {
 public:
  using Draw = std::function<Batch(const TrainingStep&)>;  // called on several threads at once

  BatchesAhead(at::Device device, Draw draw)
      : ahead_(device.is_cpu() ? 0 : std::max(2, int(std::thread::hardware_concurrency()) - 2)),
        draw_(std::move(draw)) {}

  Batch next(const TrainingStep& step) {
    if (ahead_ == 0) return draw_(step);
    if (!coming_.empty() && first_ != step.index()) coming_.clear();
    first_ = step.index() + 1;
    while (int(coming_.size()) <= ahead_) {
      coming_.push_back(std::async(std::launch::async, draw_, step.later(int(coming_.size()))));
    }
    Batch batch = coming_.front().get();
    coming_.pop_front();
    return batch;
  }

 private:
  int ahead_;
  Draw draw_;
  std::deque<std::future<Batch>> coming_;
  std::int64_t first_ = 0;  // the step whose batch is in front
};

}  // namespace portrait

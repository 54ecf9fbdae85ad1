// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/adam.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portrait {

// What a run of any trainer is told.
struct TrainingRun {
  std::filesystem::path out{};    // folder of checkpoint.safetensors and of the finished weights
  double minutes = 60;            // of this run; the learning rate falls to its end over them
  std::int64_t steps = 0;         // ends the run after so many steps, if it comes first; 0: never
  int batch = 8;
  double learning_rate = 1e-3;
  bool muon = false;              // weights of layers by Muon, the rest by Adam; false: all by Adam
  bool resume = false;            // go on from OUT/checkpoint.safetensors
  std::filesystem::path from{};   // a pack whose weights are the start; empty: random ones
  std::uint64_t seed = 1;
  at::Device device = at::kCPU;
  bool mixed_precision = false;   // products in bfloat16, by LibTorch's autocast on the device
  double report_seconds = 60;     // losses since the last report
  double validation_seconds = 300;
  double checkpoint_seconds = 300;
};

// How a network is to be trained, whoever trains it.
struct TrainingSchedule {
  double warm_up_steps = 100;   // of the learning rate, from nothing
  double final_rate = 0.03;     // share of the learning rate that the cosine ends at
  double averaging = 0.998;     // per step, of the weights that ship
  double largest_gradient = 1;  // L2 norm; longer ones are shortened to it
  double beta2 = 0.99;
  double weight_decay = 0;
};

using TrainingValues = std::map<std::string, double>;

struct TrainingReport {
  std::int64_t step = 0;  // of all runs that led here
  std::int64_t samples_seen = 0;
  double minutes = 0;       // of this run
  double minutes_left = 0;  // by the clock or by the steps, whichever ends first
  double samples_per_second = 0;
  TrainingValues values;  // losses averaged since the last report; validation when it was due
};

// What a step is told, and where it leaves the parts of its loss for the report.
class TrainingStep {
 public:
  TrainingStep(std::uint64_t seed, std::int64_t index, double share)
      : seed_(seed), index_(index), share_(share) {}

  std::int64_t index() const { return index_; }  // the same after --resume as without a stop
  double share() const { return share_; }        // of this run, [0, 1)
  // `count` steps on, as far as is known now.
  TrainingStep later(int count) const { return {seed_, index_ + count, share_}; }
  // Random numbers of this step: the same whenever and wherever it is taken.
  RandomKey key(std::string_view purpose, std::uint32_t index = 0) const {
    return {seed_, random_purpose(purpose), static_cast<std::uint32_t>(index_), index};
  }
  void note(const std::string& name, const Tensor& value) {
    notes_.emplace_back(name, value.detach());
  }
  void note(const std::string& name, double value) {
    notes_.emplace_back(name, at::full({}, value, at::kDouble));
  }
  const std::vector<std::pair<std::string, Tensor>>& notes() const { return notes_; }

 private:
  std::uint64_t seed_;
  std::int64_t index_;
  double share_;
  std::vector<std::pair<std::string, Tensor>> notes_;
};

// One network under training. The loop owns optimiser, averages, clock and files of the run.
class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  // Leaves under the names of the checkpoint, on the run's device.
  virtual std::vector<Adam::Group> parameters() = 0;
  // Tensors that ship with the weights and are not trained.
  virtual TensorMap constants() { return {}; }
  // The scalar to be lowered, of a batch that the task draws itself.
  virtual Tensor loss(TrainingStep& step) = 0;
  // Figures on what is never trained on, with the averaged weights; called without gradients.
  virtual TrainingValues validate(const TensorMap& averaged) = 0;
  // Writes the finished weights. averaged: parameters and constants by name.
  virtual void save_weights(const TensorMap& averaged, std::int64_t samples_seen) = 0;
  // Samples that the pack of TrainingRun::from says its weights have seen.
  virtual std::int64_t samples_before() const { return 0; }
};

// Adam (or Muon and Adam) with warm-up and a cosine, gradients shortened, weights averaged. OUT/checkpoint.safetensors
// holds all that a run needs to go on as if it had not stopped. A step with a gradient that is not
// finite is left out; a run of ten of them ends with kNumerical and leaves the last checkpoint.
// `progress` may be empty. Throws kNumerical, kNotFound (nothing to resume), kCorrupt (a checkpoint
// of another network), kIo, and what the task throws.
void run_training(TrainingTask& task, const TrainingRun& run, const TrainingSchedule& schedule,
                  const std::function<void(const TrainingReport&)>& progress,
                  std::stop_token stop = {});

}  // namespace portrait

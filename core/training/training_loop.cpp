// SPDX-License-Identifier: Apache-2.0
#include "core/training/training_loop.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/training/autocast.h"
#include "core/training/optimiser.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numbers>

namespace portrait {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kCheckpoint = "checkpoint.safetensors";
constexpr const char* kAveraged = "averaged.";
constexpr const char* kStep = "training.step";
constexpr const char* kSamples = "training.samples";
constexpr int kMostLeftOut = 10;

class TrainingLoop {
 public:
  TrainingLoop(TrainingTask& task, const TrainingRun& run, const TrainingSchedule& schedule)
      : task_(task), run_(run), schedule_(schedule), optimiser_(prepare(), adam_options(), run.muon) {
    require_writable_folder(run.out);
    samples_ = task.samples_before();
    if (run.resume) load();
  }

  void go(const std::function<void(const TrainingReport&)>& progress, std::stop_token stop) {
    last_report_ = last_validation_ = last_checkpoint_ = started_ = Clock::now();
    first_step_ = step_;
    while (share() < 1 && !stop.stop_requested()) {
      take_step();
      if (due(last_report_, run_.report_seconds)) report(progress, validation_due());
      if (due(last_checkpoint_, run_.checkpoint_seconds)) save();
    }
    report(progress, true);
    save();
  }

 private:
  static double seconds_since(Clock::time_point t) {
    return std::chrono::duration<double>(Clock::now() - t).count();
  }

  static bool due(Clock::time_point& last, double seconds) {
    if (seconds_since(last) < seconds) return false;
    last = Clock::now();
    return true;
  }

  bool validation_due() { return due(last_validation_, run_.validation_seconds); }

  std::vector<Adam::Group> prepare() {
    std::vector<Adam::Group> groups = task_.parameters();
    for (Adam::Group& group : groups) {
      for (auto& [name, tensor] : group.parameters) {
        tensor.set_requires_grad(true);
        trained_.emplace_back(name, tensor);
        averaged_[name] = tensor.detach().clone();
      }
    }
    for (const auto& [name, tensor] : task_.constants()) averaged_[name] = tensor;
    return groups;
  }

  AdamOptions adam_options() const {
    return {run_.learning_rate, 0.9, schedule_.beta2, 1e-8, schedule_.weight_decay};
  }

  // Of the run, by the clock or by its steps, whichever is further on.
  double share() const {
    double share = run_.minutes > 0 ? seconds_since(started_) / 60 / run_.minutes : 1;
    if (run_.steps > 0) {
      share = std::max(share, double(step_ - first_step_) / double(run_.steps));
    }
    return share;
  }

  // Of the step that step_ has just counted.
  double rate(double share) const {
    const double warm = std::min(1.0, double(step_) / std::max(1.0, schedule_.warm_up_steps));
    const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * share));
    return warm * (schedule_.final_rate + (1 - schedule_.final_rate) * cosine);
  }

  void take_step() {
    const double done = std::min(share(), 1.0);
    TrainingStep step(run_.seed, step_, done);
    optimiser_.zero_grad();
    Tensor loss;
    {
      const Autocast autocast(run_.device, run_.mixed_precision);
      loss = task_.loss(step);
    }
    loss.backward();
    const double norm = optimiser_.gradient_norm();
    ++step_;
    samples_ += run_.batch;
    if (!std::isfinite(norm)) {
      leave_out();
      return;
    }
    left_out_ = 0;
    if (norm > schedule_.largest_gradient) {
      optimiser_.scale_gradients(schedule_.largest_gradient / norm);
    }
    optimiser_.step(rate(done));
    average();
    for (const auto& [name, value] : step.notes()) {
      auto& [sum, count] = sums_[name];
      sum += value.item<double>();
      ++count;
    }
  }

  void leave_out() {
    log_warning("Step {} has a gradient that is not finite; it is left out", step_ - 1);
    check(++left_out_ < kMostLeftOut, ErrorCode::kNumerical,
          "The gradient was not finite for {} steps; go on from the checkpoint of before with "
          "--resume and a smaller --learning-rate",
          kMostLeftOut);
  }

  void average() {
    const at::NoGradGuard no_grad;
    // Early averages would hold on to the random start.
    const double keep = std::min(schedule_.averaging, double(step_) / double(step_ + 10));
    std::vector<Tensor> averages, values;
    for (const auto& [name, tensor] : trained_) {
      averages.push_back(averaged_.at(name));
      values.push_back(tensor);
    }
    at::_foreach_mul_(averages, keep);
    at::_foreach_add_(averages, values, 1 - keep);
  }

  void report(const std::function<void(const TrainingReport&)>& progress, bool validate) {
    TrainingReport report;
    report.step = step_;
    report.samples_seen = samples_;
    report.minutes = seconds_since(started_) / 60;
    const auto taken = double(step_ - first_step_);
    if (report.minutes > 0) report.samples_per_second = taken * run_.batch / report.minutes / 60;
    const double done = share();
    if (done > 0) report.minutes_left = std::max(0.0, report.minutes * (1 - done) / done);
    for (const auto& [name, pair] : sums_) report.values[name] = pair.first / pair.second;
    sums_.clear();
    if (validate) {
      const at::NoGradGuard no_grad;
      report.values.merge(task_.validate(averaged_));
    }
    if (progress) progress(report);
  }

  void save() {
    TensorMap checkpoint;
    for (const auto& [name, tensor] : trained_) checkpoint[name] = tensor.detach();
    for (const auto& [name, tensor] : averaged_) checkpoint[kAveraged + name] = tensor;
    optimiser_.save_to(checkpoint);
    checkpoint[kStep] = at::full({1}, step_, at::kLong);
    checkpoint[kSamples] = at::full({1}, samples_, at::kLong);
    save_tensors(run_.out / kCheckpoint, checkpoint);
    task_.save_weights(averaged_, samples_);
  }

  const Tensor& stored(const TensorMap& checkpoint, const std::string& name,
                       at::IntArrayRef shape) const {
    const auto found = checkpoint.find(name);
    check(found != checkpoint.end() && found->second.sizes() == shape, ErrorCode::kCorrupt,
          "The checkpoint in \"{}\" has no \"{}\" of the shape this network has; train without "
          "--resume, or into another folder",
          run_.out.string(), name);
    return found->second;
  }

  void load() {
    const TensorMap checkpoint = load_tensors(SafetensorsFile(run_.out / kCheckpoint));
    const at::NoGradGuard no_grad;
    for (auto& [name, tensor] : trained_) {
      Tensor(tensor).copy_(stored(checkpoint, name, tensor.sizes()));
    }
    for (auto& [name, tensor] : averaged_) {
      tensor.copy_(stored(checkpoint, kAveraged + name, tensor.sizes()));
    }
    optimiser_.load_from(checkpoint);
    step_ = stored(checkpoint, kStep, {1}).item<std::int64_t>();
    samples_ = stored(checkpoint, kSamples, {1}).item<std::int64_t>();
  }

  TrainingTask& task_;
  const TrainingRun& run_;
  const TrainingSchedule& schedule_;
  std::vector<std::pair<std::string, Tensor>> trained_;
  TensorMap averaged_;
  Optimiser optimiser_;
  std::map<std::string, std::pair<double, int>> sums_;
  std::int64_t step_ = 0;
  std::int64_t first_step_ = 0;
  std::int64_t samples_ = 0;
  int left_out_ = 0;
  Clock::time_point started_, last_report_, last_validation_, last_checkpoint_;
};

// TensorFloat-32: products of ten bits of mantissa, summed in single precision, are what networks
// are trained in on a device that has them, at several times the speed. And the fastest of its
// convolutions, found once per shape.
void prepare_device(at::Device device) {
  if (!device.is_cuda()) return;
  at::globalContext().setAllowTF32CuBLAS(true);
  at::globalContext().setAllowTF32CuDNN(true);
  at::globalContext().setBenchmarkCuDNN(true);
}

}  // namespace

void run_training(TrainingTask& task, const TrainingRun& run, const TrainingSchedule& schedule,
                  const std::function<void(const TrainingReport&)>& progress,
                  std::stop_token stop) {
  prepare_device(run.device);
  TrainingLoop(task, run, schedule).go(progress, stop);
}

}  // namespace portrait

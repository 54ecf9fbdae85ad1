// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/pipeline.h"

#include "core/base/error.h"
#include "core/pipeline/photo_fit.h"

#include <algorithm>
#include <chrono>

namespace portrait {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kHistoryPoints = 512;
constexpr int kFirstHead = 0;
constexpr int kPhotoFit = 1;

std::vector<StageInfo> standard_stages() {
  return {{"first_head", "First head", StageState::kDone, 1, 1, 0},
          {"photo_fit", "Photo fit", StageState::kWaiting, 0, 0, 0},
          {"geometry", "Geometry", StageState::kNotInstalled, 0, 0, 0},
          {"detail", "Detail", StageState::kNotInstalled, 0, 0, 0}};
}

double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

Pipeline::Pipeline(Blank) : stages_(standard_stages()) {}

Pipeline::Pipeline(const PhotoInput& photo, const Field& first, double first_head_seconds,
                   std::shared_ptr<const Settings> settings, std::uint64_t seed)
    : photo_(photo),
      first_(first.clone()),
      head_(first.clone()),
      settings_(std::move(settings)),
      seed_(seed),
      stages_(standard_stages()) {
  check(settings_ != nullptr, ErrorCode::kInternal, "A pipeline without settings");
  stages_[kFirstHead].seconds = first_head_seconds;
}

Pipeline::~Pipeline() = default;
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;

StageInfo& Pipeline::fit_stage() {
  return stages_[kPhotoFit];
}

void Pipeline::note(const std::string& command, nlohmann::json argument) {
  journal_.push_back({steps_taken_, command, std::move(argument)});
}

void Pipeline::set_settings(std::shared_ptr<const Settings> settings) {
  if (settings_ && *settings == *settings_) return;
  settings_ = std::move(settings);
  if (fit_) fit_->take_live(*settings_);
  if (under_way_) note("settings", settings_->to_json());
}

void Pipeline::set_seed(std::uint64_t seed) {
  seed_ = seed;
}

void Pipeline::begin_run() {
  fit_.reset();
  head_ = first_.clone();
  const double first_seconds = stages_[kFirstHead].seconds;
  stages_ = standard_stages();
  stages_[kFirstHead].seconds = first_seconds;
  stage_ = kFirstHead;
  steps_taken_ = 0;
  losses_.clear();
  history_.reset();
  history_stride_ = 1;
  seconds_per_step_ = 0;
  given_plan_ = 0;
  run_seed_ = seed_;
  journal_.clear();
  under_way_ = true;
  note("begin", {{"seed", run_seed_}, {"settings", settings_->to_json()}});
}

void Pipeline::start_photo_fit() {
  stage_ = kPhotoFit;
  StageInfo& stage = fit_stage();
  stage.state = StageState::kRunning;
  const PhotoTarget target(photo_, head_.device());
  auto fit = std::make_unique<PhotoFit>(head_, first_, target, run_seed_,
                                        PhotoFitOptions::from(*settings_));
  if (given_plan_ > 0) {
    fit->set_steps(given_plan_);
  } else {
    fit->plan();
  }
  stage.steps = fit->steps();
  note("plan", {{"stage", "photo_fit"}, {"steps", fit->steps()}});
  fit_ = std::move(fit);
}

StepStatus Pipeline::step() {
  check(under_way_, ErrorCode::kInternal, "A step was asked for before the run began");
  StageInfo& stage = fit_stage();
  StepStatus status;
  if (stage.state == StageState::kWaiting && !settings_->get<bool>("photo_fit")) {
    stage.state = StageState::kSkipped;
  }
  if (stage.state == StageState::kSkipped || stage.state == StageState::kDone) {
    status.finished = true;
    return status;
  }
  const auto begin = Clock::now();
  if (!fit_) {
    start_photo_fit();
    stage.seconds += since(begin);
  }
  const auto step_begin = Clock::now();
  PhotoFit::Result result;
  try {
    result = fit_->step();
  } catch (...) {
    stage.state = StageState::kFailed;
    stage.seconds += since(step_begin);
    throw;
  }
  const double seconds = since(step_begin);
  stage.seconds += seconds;
  seconds_per_step_ = seconds_per_step_ > 0 ? 0.9 * seconds_per_step_ + 0.1 * seconds : seconds;
  stage.step = fit_->step_count();
  losses_ = result.losses.terms;
  status.losses = losses_;
  status.head_changed = true;
  status.rolled_back = result.rolled_back;
  ++steps_taken_;
  if (result.rolled_back) {
    note("rollback", {{"term", losses_.front().first}});
  } else {
    record(losses_);
  }
  if (fit_->finished()) {
    stage.state = StageState::kDone;
    status.finished = true;
  }
  return status;
}

void Pipeline::end_run() {
  if (!under_way_) return;
  StageInfo& stage = fit_stage();
  if (stage.state == StageState::kRunning) stage.state = StageState::kStopped;
  if (stage.state == StageState::kWaiting) stage.state = StageState::kSkipped;
  note("end", nlohmann::json::object());
  under_way_ = false;
}

double Pipeline::seconds() const {
  double sum = 0;
  for (const StageInfo& stage : stages_) sum += stage.seconds;
  return sum;
}

double Pipeline::seconds_per_step() const {
  return seconds_per_step_;
}

// Snapshots share the history, so it is copied when it grows; it stays short by dropping every
// second point when it is full.
void Pipeline::record(const std::vector<std::pair<std::string, double>>& losses) {
  const int step = fit_->step_count();
  if (step % history_stride_ != 0) return;
  auto history = history_ ? std::make_shared<std::vector<LossSeries>>(*history_)
                          : std::make_shared<std::vector<LossSeries>>();
  bool full = false;
  for (const auto& loss : losses) {
    auto series = std::find_if(history->begin(), history->end(),
                               [&](const LossSeries& s) { return s.name == loss.first; });
    if (series == history->end()) {
      history->push_back({loss.first, {}, {}});
      series = history->end() - 1;
    }
    series->steps.push_back(step);
    series->values.push_back(static_cast<float>(loss.second));
    full |= series->steps.size() >= kHistoryPoints;
  }
  if (full) {
    history_stride_ *= 2;
    for (LossSeries& series : *history) {
      std::size_t kept = 0;
      for (std::size_t i = 0; i < series.steps.size(); ++i) {
        if (series.steps[i] % history_stride_ != 0) continue;
        series.steps[kept] = series.steps[i];
        series.values[kept++] = series.values[i];
      }
      series.steps.resize(kept);
      series.values.resize(kept);
    }
  }
  history_ = std::move(history);
}

void replay(Pipeline& pipeline, const Journal& journal, int steps) {
  check(!journal.empty() && journal.front().command == "begin", ErrorCode::kBadInput,
        "A journal begins with 'begin'; this one cannot be replayed");
  const auto settings_of = [](const nlohmann::json& json) {
    auto settings = std::make_shared<Settings>();
    settings->apply(json);
    return settings;
  };
  const auto advance_to = [&](int step) {
    while (pipeline.steps_taken() < std::min(step, steps)) {
      if (pipeline.step().finished) return;
    }
  };
  for (const JournalEntry& entry : journal) {
    advance_to(entry.step);
    if (entry.command == "begin") {
      pipeline.set_settings(settings_of(entry.argument.at("settings")));
      pipeline.set_seed(entry.argument.at("seed").get<std::uint64_t>());
      pipeline.begin_run();
    } else if (entry.command == "plan") {
      pipeline.set_plan(entry.argument.at("steps").get<int>());
    } else if (entry.command == "settings") {
      pipeline.set_settings(settings_of(entry.argument));
    } else if (entry.command == "end") {
      pipeline.end_run();
      return;
    }
  }
  advance_to(steps);
}

}  // namespace portrait

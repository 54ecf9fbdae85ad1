// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/pipeline.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/base/log.h"
#include "core/base/machine_info.h"
#include "core/guidance/detail_painter.h"
#include "core/pipeline/detail_stage.h"
#include "core/pipeline/geometry_stage.h"
#include "core/pipeline/photo_fit.h"
#include "core/pipeline/stage.h"
#include "core/pipeline/step_plan.h"
#include "core/reprojection/surface_detail.h"

#include <algorithm>
#include <chrono>

namespace portrait {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kFirstHead = 0;
constexpr int kPhotoFit = 1;
constexpr int kGeometry = 2;
constexpr int kDetail = 3;
constexpr int kStages = 4;
constexpr double kTimeMemory = 0.8;  // of the smoothed time of a step

std::vector<StageInfo> standard_stages() {
  return {{"first_head", "First head", StageState::kDone, 1, 1, 0},
          {"photo_fit", "Photo fit", StageState::kWaiting, 0, 0, 0},
          {"geometry", "Geometry", StageState::kNotInstalled, 0, 0, 0},
          {"detail", "Detail", StageState::kNotInstalled, 0, 0, 0}};
}

bool switched_on(int stage, const Settings& settings) {
  return stage == kPhotoFit   ? settings.get<bool>("photo_fit")
         : stage == kGeometry ? settings.get<bool>("geometry")
                              : settings.get<bool>("detail");
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
  give_surfaces();
  stages_[kFirstHead].seconds = first_head_seconds;
}

// For stage 3 to work on: its pictures are the super-resolution's.
void Pipeline::give_surfaces() {
  for (Field* head : {&first_, &head_}) {
    if (!head->sr.empty() && !head->detail.defined()) head->detail = blank_surface_detail();
  }
}

Pipeline::~Pipeline() = default;
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;

bool Pipeline::installed(int stage) const {
  return stage == kGeometry ? sources_.geometry != nullptr
         : stage == kDetail ? sources_.painter != nullptr
                            : true;
}

void Pipeline::set_sources(StageSources sources) {
  sources_ = std::move(sources);
  for (const int stage : {kGeometry, kDetail}) {
    StageState& state = stages_[std::size_t(stage)].state;
    if (!installed(stage) || state != StageState::kNotInstalled) continue;
    // A head that is past it was made without it.
    state = stage > stage_ ? StageState::kWaiting : StageState::kSkipped;
  }
}

const DetailStage* Pipeline::detail() const {
  return dynamic_cast<const DetailStage*>(running_.get());
}

void Pipeline::note(const std::string& command, nlohmann::json argument) {
  // Of a project that was saved between the parts of a step, which are done again, what acts now
  // would have acted behind them: from the next iteration on.
  const int last = journal_.empty() ? 0 : journal_.back().step;
  journal_.push_back({std::max({steps_taken_, noted_from_, last}), command, std::move(argument)});
}

void Pipeline::set_settings(std::shared_ptr<const Settings> settings) {
  if (settings_ && *settings == *settings_) return;
  settings_ = std::move(settings);
  if (running_) running_->take_live(*settings_);
  if (under_way_) note("settings", settings_->to_json());
}

void Pipeline::set_seed(std::uint64_t seed) {
  seed_ = seed;
}

void Pipeline::set_plan(int steps) {
  given_plan_ = steps;
  if (under_way_ && dynamic_cast<PhotoFit*>(running_.get()) != nullptr) plan_steps(steps);
}

// Of the photo fit, which is running.
void Pipeline::plan_steps(int steps) {
  dynamic_cast<PhotoFit&>(*running_).set_steps(steps);
  StageInfo& info = stages_[kPhotoFit];
  info.steps = steps;
  note("plan", {{"stage", info.id}, {"steps", steps}});
}

void Pipeline::begin_run() {
  running_.reset();
  saved_.clear();
  saved_state_.reset();
  head_ = first_.clone();
  const double first_seconds = stages_[kFirstHead].seconds;
  stages_ = standard_stages();
  stage_ = kFirstHead;
  set_sources(std::move(sources_));
  stages_[kFirstHead].seconds = first_seconds;
  steps_taken_ = noted_from_ = 0;
  losses_.clear();
  history_.clear();
  seconds_per_step_ = 0;
  given_plan_ = 0;
  run_seed_ = seed_;
  journal_.clear();
  under_way_ = true;
  nlohmann::json begun = {{"seed", run_seed_},
                          {"photo", photo_hash(photo_)},
                          {"settings", settings_->to_json()}};
  if (!locks_.empty()) begun["locks"] = locks_to_json(locks_);
  note("begin", std::move(begun));
}

std::unique_ptr<Stage> Pipeline::make_stage(int stage, const Settings& settings,
                                            const ViewLocks& locks) {
  check(installed(stage), ErrorCode::kNotFound,
        "This head is in a stage ({}) whose networks are not installed here. Choose the model pack "
        "that it was begun with",
        stages_[std::size_t(stage)].label);
  const PhotoTarget target(photo_, head_.device());
  if (stage == kPhotoFit) {
    return std::make_unique<PhotoFit>(head_, first_, target, run_seed_,
                                      PhotoFitOptions::from(settings));
  }
  if (stage == kGeometry) {
    return std::make_unique<GeometryStage>(head_, target, sources_.geometry(), run_seed_, settings);
  }
  return std::make_unique<DetailStage>(head_, target, sources_.painter(), run_seed_, settings,
                                       locks, sources_.perceptual);
}

// Smaller pictures where stage 3 would not fit: as a change of settings, which replays know of.
void Pipeline::fit_into_memory() {
  if (!sources_.plan_painting) return;
  return_free_memory();
  const double limit_mb = settings_->get<double>("memory_limit") * 1024;
  const double free_mb =
      limit_mb > 0 ? std::max(1.0, limit_mb - resident_memory_mb()) : available_memory_mb();
  const int wanted = settings_->get<int>("detail.size");
  const PaintingPlan plan = sources_.plan_painting(wanted, free_mb);
  if (plan.size >= wanted) return;
  log_warning("Pictures of {} pixels are painted instead of {}: {:.0f} MB of memory are free",
              plan.size, wanted, free_mb);
  Settings changed = *settings_;
  changed.set("detail.size", std::int64_t(plan.size));
  set_settings(std::make_shared<const Settings>(std::move(changed)));
}

// The stage comes up, from its beginning or from where a project left it.
void Pipeline::start(int stage) {
  StageInfo& info = stages_[std::size_t(stage)];
  seconds_per_step_ = 0;
  part_seconds_ = 0;
  running_.reset();  // the last one's is done, and holds copies of the head
  if (saved_state_) {
    // A stage that takes settings over later than they are set saved those in force.
    Settings settings = *settings_;
    if (saved_state_->contains("settings")) settings.apply(saved_state_->at("settings"));
    ViewLocks locks;
    if (saved_state_->contains("locks")) {
      locks = locks_from_json(saved_state_->at("locks"), pictures_);
    }
    running_ = make_stage(stage, settings, locks);
    running_->load_from(saved_, *saved_state_);
    running_->take_live(*settings_);
    tell_locks();
    saved_.clear();
    saved_state_.reset();
    return;
  }
  if (stage == kDetail) fit_into_memory();
  stage_ = stage;
  info.state = StageState::kRunning;
  history_.begin_stage(stage);
  running_ = make_stage(stage, *settings_, locks_);
  if (auto* fit = dynamic_cast<PhotoFit*>(running_.get())) {
    plan_steps(given_plan_ > 0 ? given_plan_ : fit->plan());
  }
  info.steps = running_->steps();
}

// Whether a stage is to be gone on with; one that is switched off when it comes up is skipped.
bool Pipeline::wanted(int stage) {
  StageInfo& info = stages_[std::size_t(stage)];
  if (info.state == StageState::kWaiting && !switched_on(stage, *settings_)) {
    info.state = StageState::kSkipped;
  }
  return info.state == StageState::kWaiting || info.state == StageState::kRunning;
}

StepStatus Pipeline::step() {
  check(under_way_, ErrorCode::kInternal, "A step was asked for before the run began");
  const auto next = [&] {
    int stage = kPhotoFit;
    while (stage < kStages && !wanted(stage)) ++stage;
    return stage;
  };
  StepStatus status;
  const int stage = next();
  if (stage < kStages) {
    StageInfo& info = stages_[std::size_t(stage)];
    const auto begin = Clock::now();
    const StageState before = info.state;
    bool comes_up = !running_ || stage != stage_;
    try {
      if (comes_up) start(stage);
      comes_up = false;
      status = run_stage();
      const double seconds = since(begin);
      revise_plan(seconds);
      info.seconds += seconds;
    } catch (const Interrupted&) {
      if (comes_up) {
        running_.reset();
        info.state = before;
      }
      throw;
    } catch (...) {
      info.state = StageState::kFailed;
      info.seconds += since(begin);
      throw;
    }
  }
  status.finished = next() == kStages;
  return status;
}

StepStatus Pipeline::run_stage() {
  StageInfo& info = stages_[std::size_t(stage_)];
  const auto begin = Clock::now();
  StageResult result = running_->step();
  part_seconds_ += since(begin);
  const int before = info.step;
  info.step = running_->step_count();
  if (info.step > before) {
    seconds_per_step_ = seconds_per_step_ > 0 ? kTimeMemory * seconds_per_step_ +
                                                    (1 - kTimeMemory) * part_seconds_
                                              : part_seconds_;
    part_seconds_ = 0;
    record(info.step, seconds() + since(begin), result.losses.terms);
  }
  if (running_->finished()) info.state = StageState::kDone;
  if (!result.losses.terms.empty()) losses_ = result.losses.terms;
  ++steps_taken_;
  if (result.rolled_back) note("rollback", {{"term", losses_.front().first}});
  StepStatus status;
  status.head_changed = result.head_changed;
  status.rolled_back = result.rolled_back;
  status.losses = std::move(result.losses.terms);
  return status;
}

// After a step that took so many seconds.
void Pipeline::revise_plan(double seconds) {
  const auto* fit = dynamic_cast<const PhotoFit*>(running_.get());
  if (fit == nullptr || given_plan_ > 0 || fit->finished()) return;
  const double before = stages_[kPhotoFit].seconds;
  const auto steps =
      revised_steps({fit->steps(), fit->step_count(), fit->steps_max(), fit->budget_seconds(),
                     before, before + seconds, seconds_per_step_});
  if (steps) plan_steps(*steps);
}

void Pipeline::end_run() {
  if (!under_way_) return;
  for (StageInfo& stage : stages_) {
    if (stage.state == StageState::kRunning) stage.state = StageState::kStopped;
    if (stage.state == StageState::kWaiting) stage.state = StageState::kSkipped;
  }
  note("end", nlohmann::json::object());
  under_way_ = false;
}

void Pipeline::record(int step, double seconds,
                      const std::vector<std::pair<std::string, double>>& losses) {
  history_.record(step, seconds, losses);
  const DetailStage* painting = detail();
  if (painting == nullptr) return;
  double sum = 0;
  int judged = 0;
  for (const DetailStage::View& view : painting->views()) {
    if (view.memory.judged == 0) continue;
    sum += std::max(view.memory.scores.resampled, view.memory.scores.kept);
    ++judged;
  }
  if (judged > 0) history_.record_score(step, seconds, "agreement", sum / judged);
}

double Pipeline::seconds() const {
  double sum = 0;
  for (const StageInfo& stage : stages_) sum += stage.seconds;
  return sum;
}

double Pipeline::seconds_per_step() const {
  return seconds_per_step_;
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "core/session/session_worker.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/base/log.h"
#include "core/base/settings.h"
#include "core/base/thread_priority.h"
#include "core/project/autosave.h"

#include <exception>
#include <utility>

namespace portrait {
namespace {

constexpr std::size_t kKeptMessages = 16;
constexpr int kViewsAfterStage = 4;

int step_of(const Snapshot& snapshot) {
  const int stage = snapshot.stage;
  const bool known = stage >= 0 && stage < static_cast<int>(snapshot.stages.size());
  return known ? snapshot.stages[static_cast<std::size_t>(stage)].step : 0;
}

}  // namespace

Session::Worker::Worker(const SessionOptions& options, EngineFactory make_engine)
    : options_(options), make_engine_(std::move(make_engine)), settings_(options.settings) {
  if (!settings_) settings_ = std::make_shared<const Settings>();
  snapshot_.settings = settings_;
  publish();
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

Session::Worker::~Worker() {
  set_notifier({});
  thread_.request_stop();
  commands_.wake();
  thread_.join();
}

void Session::Worker::post_at_once(std::function<void(Worker&)> command) {
  ++at_once_;
  post([command = std::move(command)](Worker& worker) {
    --worker.at_once_;
    command(worker);
  });
}

void Session::Worker::set_settings(std::shared_ptr<const Settings> settings) {
  settings_slot_.publish(std::move(settings));
  commands_.wake();
}

void Session::Worker::move_camera(const Camera& camera, bool resting, bool draw) {
  camera_slot_.publish(
      std::make_shared<const CameraRequest>(CameraRequest{camera, resting, draw || resting}));
  commands_.wake();
}

void Session::Worker::abandon() {
  abandoned_ = true;
  post_at_once([](Worker& worker) {
    worker.one_step_ = false;
    if (can_pause(worker.snapshot_.state)) worker.snapshot_.state = SessionState::kPaused;
  });
}

std::shared_ptr<const Snapshot> Session::Worker::latest() const {
  // Cleared before reading: a snapshot put in between is announced once too often, never missed.
  reader_knows_.store(false);
  return snapshots_.latest();
}

void Session::Worker::set_notifier(std::function<void()> notifier) {
  const std::lock_guard lock(notifier_mutex_);
  notifier_ = std::move(notifier);
  reader_knows_.store(false);
}

void Session::Worker::publish() {
  ++snapshot_.sequence;
  if (engine_) engine_->describe(snapshot_);
  snapshots_.publish(std::make_shared<const Snapshot>(snapshot_));
  if (reader_knows_.exchange(true)) return;
  const std::lock_guard lock(notifier_mutex_);
  if (notifier_) {
    notifier_();
  } else {
    reader_knows_.store(false);
  }
}

void Session::Worker::run(std::stop_token stop) {
  stop_token_ = stop;
  step_back(kWorkerNice);  // before the threads that compute are started
  // The pack is read while the artist still looks for a photo; when it cannot be read, the next
  // open tries again and says so again.
  guarded("The model pack cannot be used", [this] { engine().prepare(); });
  publish();
  while (!stop.stop_requested()) {
    if (!anything_to_do() && !commands_.wait(stop)) break;
    obey_commands();
    if (stop.stop_requested()) break;
    work();
    publish();
  }
  // A run that is cut short by closing can be taken up again.
  const bool cut_short = running() || snapshot_.state == SessionState::kPaused;
  if (abandoned_) {
    drop_autosave();
  } else if (cut_short && (snapshot_.unsaved || snapshot_.edited)) {
    autosave(true);
  }
  export_job_.reset();
  engine_.reset();
}

bool Session::Worker::anything_to_do() const {
  return running() || one_step_ || export_job_ || wanted_frame_ || bake_due_ || frame_due_ ||
         !bake_is_final_ || next_thumbnail_ >= 0 || mesh_due() || next_view() >= 0;
}

void Session::Worker::obey_commands() {
  for (auto& command : commands_.drain()) {
    take_slots();
    command(*this);
    publish();
    if (stop_token_.stop_requested()) return;
  }
  take_slots();
}

void Session::Worker::take_slots() {
  if (auto settings = settings_slot_.take()) {
    const auto viewpoints = [](const Settings& of) { return of.value("detail.viewpoints"); };
    const bool ring_changed = viewpoints(*settings) != viewpoints(*settings_);
    settings_ = std::move(settings);
    snapshot_.settings = settings_;
    if (ring_changed && snapshot_.ring) next_thumbnail_ = 0;
    if (engine_) guarded("The settings cannot be used", [&] { engine_->set_settings(settings_); });
    if (ring_changed && engine_ && engine_->has_head()) {
      surroundings_.want(engine_->surroundings());
      snapshot_.views = surroundings_.views();
    }
  }
  if (auto request = camera_slot_.take()) {
    turning_ = !request->resting;
    camera_ = request->camera;
    if (request->draw) wanted_frame_ = *request;
    if (!request->draw) wanted_frame_.reset();  // of where the camera is no more
  }
}

// One short piece of each kind of work, so that no command waits for more than the longest piece.
void Session::Worker::work() {
  if (running() || one_step_) take_step();
  if (!engine_ || !engine_->has_head()) {  // nothing to look at
    wanted_frame_.reset();
    bake_due_ = frame_due_ = false;
    bake_is_final_ = true;
    next_thumbnail_ = -1;
    return;
  }
  const auto now = Clock::now();
  const bool at_rest = !running();
  if (bake_due_ && (at_rest || baking_.due(now))) {
    bake_volume(at_rest);
  } else if (at_rest && !bake_is_final_ && !bake_due_) {
    bake_volume(true);
  }
  if (wanted_frame_ || (frame_due_ && camera_ && (at_rest || framing_.due(now)))) draw_frame();
  if (!camera_) frame_due_ = false;
  if (export_job_) advance_export();
  if (at_rest && next_thumbnail_ >= 0 && !wanted_frame_) {
    draw_thumbnail();
  } else if (mesh_due()) {
    make_mesh();
  } else if (const int view = next_view(); view >= 0) {
    draw_view(view);
  }
  if (running()) autosave(false);
}

bool Session::Worker::unless_hurried(const std::function<void()>& piece) {
  try {
    const Interruptible scope([this] { return stop_token_.stop_requested() || at_once_ > 0; });
    piece();
    return true;
  } catch (const Interrupted&) {
    return false;
  }
}

// One that is given up is taken again, should the run go on.
void Session::Worker::take_step() {
  one_step_ = false;
  EngineStep result;
  try {
    if (!unless_hurried([&] { result = engine().step(); })) return;
  } catch (const std::exception& e) {
    fail_run(e.what());
    return;
  }
  snapshot_.unsaved = true;
  if (result.head_changed) bake_due_ = frame_due_ = true;
  if (result.stage_done) {
    baking_.reset();  // its head is one that is gone back to
    views_at_once_ = kViewsAfterStage;
  }
  if (result.finished) finish_run();
}

// The run is over, by itself or because it was told to: the last head, in full.
void Session::Worker::finish_run() {
  snapshot_.state = SessionState::kStopping;
  publish();
  const bool ended = guarded("The run cannot be closed", [this] { engine().end_run(); });
  snapshot_.state = ended ? SessionState::kFinished : SessionState::kFailed;
  snapshot_.activity.clear();
  guarded("The front view cannot be measured",
          [this] { snapshot_.front = engine().measure_front(); });
  bake_volume(true);  // before the autosave, which holds the end of the formation too
  frame_due_ = true;
  next_thumbnail_ = 0;
  autosave(true);
}

void Session::Worker::fail_run(const std::string& why) {
  log_warning("run failed: {}", why);
  guarded("The run cannot be closed", [this] { engine().end_run(); });
  snapshot_.state = SessionState::kFailed;
  snapshot_.error = why;
  snapshot_.activity.clear();
  say(SessionMessage::Kind::kError, why);
  bake_due_ = frame_due_ = engine_ && engine_->has_head();
}

void Session::Worker::advance_export() {
  bool done = false;
  try {
    done = export_job_->advance();
    export_job_->describe(snapshot_.exporting);
  } catch (const std::exception& e) {
    log_warning("export failed: {}", e.what());
    snapshot_.exporting.state = ExportStatus::State::kFailed;
    snapshot_.exporting.error = e.what();
    say(SessionMessage::Kind::kError, std::string("Export failed: ") + e.what());
    export_job_.reset();
    return;
  }
  if (!done) return;
  export_job_.reset();
  snapshot_.exporting.state = ExportStatus::State::kDone;
}

void Session::Worker::draw_frame() {
  const bool asked = wanted_frame_.has_value();
  const CameraRequest request = asked ? *wanted_frame_ : CameraRequest{*camera_, true};
  wanted_frame_.reset();
  frame_due_ = false;
  const auto begin = Clock::now();
  guarded("The view cannot be drawn", [&] {
    auto frame = std::make_shared<NeuralFrame>();
    if (!unless_hurried([&] { *frame = engine().render(request.camera, request.resting); })) {
      asked ? void(wanted_frame_ = request) : void(frame_due_ = true);
      return;
    }
    frame->version = ++frame_version_;
    frame->head_version = snapshot_.volume_version;
    snapshot_.frame = std::move(frame);
  });
  framing_.spent(begin, Clock::now());
}

void Session::Worker::bake_volume(bool final) {
  bake_due_ = false;
  bake_is_final_ = final;
  const auto begin = Clock::now();
  guarded("The preview cannot be made", [&] {
    std::shared_ptr<const BakedVolume> volume;
    bake_due_ = !unless_hurried([&] { volume = engine().bake(final); });
    if (bake_due_) return;
    snapshot_.volume = std::move(volume);
    ++snapshot_.volume_version;
    engine().keep_moment(snapshot_.volume);
  });
  baking_.spent(begin, Clock::now());
}

void Session::Worker::draw_thumbnail() {
  const int index = next_thumbnail_;
  next_thumbnail_ = -1;
  guarded("The viewpoint ring cannot be drawn", [&] {
    if (index >= engine().ring_size()) return;
    auto ring = std::make_shared<std::vector<RingThumbnail>>();
    if (snapshot_.ring) *ring = *snapshot_.ring;
    ring->resize(static_cast<std::size_t>(engine().ring_size()));
    (*ring)[static_cast<std::size_t>(index)] = engine().ring_thumbnail(index);
    snapshot_.ring = std::move(ring);
    next_thumbnail_ = index + 1 < engine().ring_size() ? index + 1 : -1;
  });
}

void Session::Worker::autosave(bool now) {
  const auto begin = Clock::now();
  if (!now && begin < next_autosave_) return;
  SaveStatus& status = snapshot_.autosave;
  const bool saved = guarded("Autosave failed", [&] { status.path = engine().autosave(); });
  next_autosave_ = Clock::now() + autosave_interval();
  if (saved && status.path.empty()) return;
  status.state = saved ? SaveStatus::State::kSaved : SaveStatus::State::kFailed;
  status.error = saved ? std::string() : snapshot_.messages.back().text;
  status.step = step_of(snapshot_);
  if (saved) status.at = std::chrono::system_clock::now();
}

void Session::Worker::drop_autosave() {
  if (!snapshot_.autosave.path.empty()) discard_autosave(snapshot_.autosave.path);
  snapshot_.autosave = {};
}

HeadEngine& Session::Worker::engine() {
  if (!engine_) {
    engine_ = make_engine_(options_);
    engine_->set_settings(settings_);
  }
  return *engine_;
}

void Session::Worker::say(SessionMessage::Kind kind, const std::string& text) {
  auto& messages = snapshot_.messages;
  messages.push_back({kind, ++message_id_, text});
  if (messages.size() > kKeptMessages) messages.erase(messages.begin());
}

bool Session::Worker::guarded(const std::string& what, const std::function<void()>& body) {
  try {
    body();
    return true;
  } catch (const std::exception& e) {
    log_warning("{}: {}", what, e.what());
    say(SessionMessage::Kind::kError, what + ": " + e.what());
    return false;
  }
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
// The commands of the worker: each is guarded by the predicate that its button obeys.
#include "core/session/session_worker.h"

#include "core/base/log.h"
#include "core/project/autosave.h"

#include <system_error>
#include <utility>

namespace portrait {

bool Session::Worker::refuse_unless(bool allowed, const char* command) {
  if (allowed) return true;
  say(SessionMessage::Kind::kInfo, std::string("Not possible now: ") + command + " while " +
                                       session_state_name(snapshot_.state));
  return false;
}

// `opener` has the strong guarantee, so a run under way goes on when the new photo is no good.
void Session::Worker::open(const std::string& what, const std::string& trouble,
                           const std::function<bool(HeadEngine&)>& opener) {
  if (!refuse_unless(can_open(snapshot_.state), "open")) return;
  const auto begin = Clock::now();
  const std::string before = std::exchange(snapshot_.activity, what);
  snapshot_.opening = true;
  publish();
  bool interrupted = false;
  const bool opened = guarded(trouble, [&] { interrupted = opener(engine()); });
  snapshot_.opening = false;
  snapshot_.activity = opened ? std::string() : before;
  if (!opened) return;

  export_job_.reset();
  if (snapshot_.exporting.state == ExportStatus::State::kRunning) {
    snapshot_.exporting.state = ExportStatus::State::kCancelled;
  }
  snapshot_.state = interrupted ? SessionState::kPaused : SessionState::kReady;
  snapshot_.error.clear();
  snapshot_.frame.reset();
  snapshot_.ring.reset();
  forget_views();
  const auto saves = snapshot_.saved.id;
  snapshot_.saved = {};
  snapshot_.saved.id = saves;
  drop_autosave();  // of the head that was replaced
  snapshot_.unsaved = snapshot_.edited = snapshot_.recovered = false;
  snapshot_.view_file = {snapshot_.view_file.id, {}, {}, false};
  snapshot_.front = {};
  one_step_ = false;
  bake_volume(false);
  snapshot_.first_head_s = std::chrono::duration<double>(Clock::now() - begin).count();
  frame_due_ = true;
  next_thumbnail_ = 0;
  next_autosave_ = Clock::now();
  baking_.reset();
  framing_.reset();
}

void Session::Worker::open_photo(const std::filesystem::path& path, const OpenOptions& options) {
  const auto stopped = [this] { return stop_token_.stop_requested(); };
  bool done = false;
  open("Reading the photo", "The photo cannot be used", [&](HeadEngine& engine) {
    engine.open_photo(path, options.face, stopped);
    done = true;
    return false;
  });
  if (done && options.run) {
    publish();
    start();
  }
}

void Session::Worker::open_project(const std::filesystem::path& path) {
  bool done = false;
  open("Opening the project", "The project cannot be opened", [&](HeadEngine& engine) {
    const bool interrupted = engine.open_project(path);
    // Of this very file another head was just opened: it must outlive the one that it replaces.
    if (snapshot_.autosave.path == path) snapshot_.autosave = {};
    done = true;
    // What was set while it was being read was set for the head before.
    settings_slot_.take();
    return interrupted;
  });
  if (!done || !is_autosave(path)) return;
  snapshot_.unsaved = snapshot_.recovered = true;
  engine().describe(snapshot_);
  snapshot_.edited = snapshot_.photo != nullptr && snapshot_.photo->is_edited();
  snapshot_.autosave.state = SaveStatus::State::kSaved;
  snapshot_.autosave.path = path;
  std::error_code error;
  const auto written = std::filesystem::last_write_time(path, error);
  const auto now = std::chrono::system_clock::now();
  snapshot_.autosave.at =
      error ? now
            : now - std::chrono::duration_cast<std::chrono::system_clock::duration>(
                        std::filesystem::file_time_type::clock::now() - written);
}

// As opening it again, but what the artist said is to be had nowhere else: it is kept at once.
void Session::Worker::edit_photo(const PhotoEdit& edit) {
  if (!refuse_unless(engine_ && engine_->has_head(), "changing the photo")) return;
  const auto stopped = [this] { return stop_token_.stop_requested(); };
  bool done = false;
  open("Making the first head anew", "The photo cannot be used like this",
       [&](HeadEngine& engine) {
         engine.edit_photo(edit, stopped);
         done = true;
         return false;
       });
  if (!done) return;
  snapshot_.edited = true;
  autosave(true);
}

void Session::Worker::start() {
  if (!refuse_unless(can_start(snapshot_.state), "start")) return;
  snapshot_.error.clear();
  if (!guarded("The run cannot start", [this] { engine().begin_run(); })) return;
  snapshot_.state = SessionState::kRunning;
  begin_anew();
  surroundings_.forget();
  snapshot_.views.reset();
  baking_.reset();  // the first steps change most
  framing_.reset();
  next_autosave_ = Clock::now() + autosave_interval();
}

// The head is the first one again, which any photo and project gives back; but for what the artist
// said of the photo.
void Session::Worker::begin_anew() {
  if (snapshot_.edited) {
    snapshot_.unsaved = snapshot_.recovered = false;
    return;
  }
  drop_autosave();
  // The name is free from here on: another window may take it.
  engine().forget_autosave();
  snapshot_.unsaved = snapshot_.recovered = false;
}

void Session::Worker::pause() {
  if (refuse_unless(can_pause(snapshot_.state), "pause")) snapshot_.state = SessionState::kPaused;
}

void Session::Worker::resume() {
  if (refuse_unless(can_resume(snapshot_.state), "resume")) {
    snapshot_.state = SessionState::kRunning;
  }
}

void Session::Worker::single_step() {
  if (!refuse_unless(can_step(snapshot_.state), "step")) return;
  if (snapshot_.state == SessionState::kReady) {
    if (!guarded("The run cannot start", [this] { engine().begin_run(); })) return;
    snapshot_.state = SessionState::kPaused;
    begin_anew();
  }
  one_step_ = true;
}

void Session::Worker::stop() {
  if (refuse_unless(can_stop(snapshot_.state), "stop")) finish_run();
}

void Session::Worker::return_to(std::uint64_t moment) {
  if (!refuse_unless(can_return(snapshot_), "going back")) return;
  bool under_way = false;
  const bool done = guarded("The formation cannot be taken up there",
                            [&] { under_way = engine().return_to(moment); });
  if (!done) return;
  snapshot_.state = under_way ? SessionState::kPaused : SessionState::kReady;
  snapshot_.error.clear();
  snapshot_.activity.clear();
  snapshot_.front = {};
  snapshot_.unsaved = true;
  one_step_ = false;
  surroundings_.forget();
  snapshot_.views.reset();
  bake_due_ = frame_due_ = true;
  next_thumbnail_ = 0;
}

void Session::Worker::set_seed(std::uint64_t seed) {
  guarded("The seed cannot be set", [&] { engine().set_seed(seed); });
}

void Session::Worker::write_view(const Viewpoint& viewpoint, const std::filesystem::path& file) {
  if (!refuse_unless(can_lock(snapshot_), "exporting a picture")) return;
  const bool written = guarded("The picture cannot be exported",
                               [&] { engine().write_view(viewpoint, file); });
  snapshot_.view_file = {snapshot_.view_file.id + 1, viewpoint, file, written};
}

void Session::Worker::lock_view(const Viewpoint& viewpoint, const std::filesystem::path& picture) {
  if (!refuse_unless(can_lock(snapshot_), "locking a view")) return;
  const bool locked = guarded("The picture cannot be brought back",
                              [&] { engine().lock_view(viewpoint, picture); });
  if (locked) snapshot_.unsaved = true;
}

void Session::Worker::unlock_view(const Viewpoint& viewpoint) {
  if (!refuse_unless(can_lock(snapshot_), "unlocking a view")) return;
  const bool unlocked = guarded("The view cannot be unlocked",
                                [&] { engine().unlock_view(viewpoint); });
  if (unlocked) snapshot_.unsaved = true;
}

void Session::Worker::export_to(const ExportRequest& request) {
  if (!refuse_unless(can_export(snapshot_), "export")) return;
  snapshot_.exporting = {};
  snapshot_.exporting.id = ++export_id_;
  try {
    export_job_ = engine().begin_export(request);
    snapshot_.exporting.state = ExportStatus::State::kRunning;
    export_job_->describe(snapshot_.exporting);
  } catch (const std::exception& e) {
    snapshot_.exporting.state = ExportStatus::State::kFailed;
    snapshot_.exporting.error = e.what();
    say(SessionMessage::Kind::kError, std::string("Export failed: ") + e.what());
  }
}

void Session::Worker::cancel_export() {
  if (!export_job_) return;
  export_job_.reset();
  snapshot_.exporting.state = ExportStatus::State::kCancelled;
}

void Session::Worker::save_project(const std::filesystem::path& path) {
  if (!refuse_unless(can_save(snapshot_), "save")) return;
  SaveStatus& status = snapshot_.saved;
  ++status.id;
  status.path = path;
  const bool saved = guarded("The project cannot be saved", [&] { engine().save_project(path); });
  status.state = saved ? SaveStatus::State::kSaved : SaveStatus::State::kFailed;
  status.error = saved ? std::string() : snapshot_.messages.back().text;
  if (!saved) return;
  status.at = std::chrono::system_clock::now();
  snapshot_.autosave = {};
  snapshot_.unsaved = snapshot_.edited = snapshot_.recovered = false;
}

}  // namespace portrait

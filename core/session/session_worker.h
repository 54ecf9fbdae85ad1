// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/mailbox.h"
#include "core/session/duty_cycle.h"
#include "core/session/head_engine.h"
#include "core/session/session.h"
#include "core/session/surrounding_views.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace portrait {

// The worker thread and all that it owns. The members below `run` belong to that thread alone.
class Session::Worker {
 public:
  using EngineFactory = std::function<std::unique_ptr<HeadEngine>(const SessionOptions&)>;
  struct CameraRequest {
    Camera camera;
    bool resting = false;
    bool draw = true;
  };

  Worker(const SessionOptions& options, EngineFactory make_engine);
  ~Worker();

  void post(std::function<void(Worker&)> command) { commands_.post(std::move(command)); }
  // For commands that end or hold a run: the step under way is given up for it.
  void post_at_once(std::function<void(Worker&)> command);
  void set_settings(std::shared_ptr<const Settings> settings);
  void move_camera(const Camera& camera, bool resting, bool draw);
  void abandon();
  std::shared_ptr<const Snapshot> latest() const;
  void set_notifier(std::function<void()> notifier);

  // Commands, run on the worker between two steps.
  void open(const std::string& what, const std::string& trouble,
            const std::function<bool(HeadEngine&)>& opener);
  void open_photo(const std::filesystem::path& path, const OpenOptions& options);
  void open_project(const std::filesystem::path& path);
  void edit_photo(const PhotoEdit& edit);
  void start();
  void pause();
  void resume();
  void single_step();
  void stop();
  void return_to(std::uint64_t moment);
  void set_seed(std::uint64_t seed);
  void write_view(const Viewpoint& viewpoint, const std::filesystem::path& file);
  void lock_view(const Viewpoint& viewpoint, const std::filesystem::path& picture);
  void unlock_view(const Viewpoint& viewpoint);
  void export_to(const ExportRequest& request);
  void cancel_export();
  void save_project(const std::filesystem::path& path);
  void want_mesh(bool wanted);

 private:
  using Clock = DutyCycle::Clock;

  void run(std::stop_token stop);
  bool anything_to_do() const;
  void obey_commands();
  void take_slots();
  void work();
  void take_step();
  void finish_run();
  void fail_run(const std::string& why);
  void advance_export();
  void draw_frame();
  void bake_volume(bool final);
  void draw_thumbnail();
  bool head_settled() const;
  int next_view() const;  // -1: none is to be drawn now
  void draw_view(int index);
  bool mesh_due() const;
  void make_mesh();
  void forget_views();
  void autosave(bool now);
  Clock::duration autosave_interval() const {
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(options_.autosave_seconds));
  }
  void drop_autosave();
  void begin_anew();
  HeadEngine& engine();
  void publish();
  void say(SessionMessage::Kind kind, const std::string& text);
  bool refuse_unless(bool allowed, const char* command);
  // Runs body; an exception becomes a message "what: why" and false.
  bool guarded(const std::string& what, const std::function<void()>& body);
  // Runs a piece of work that can be done again; false: given up for a command that is not to wait.
  bool unless_hurried(const std::function<void()>& piece);
  // The same for a piece that any command and any move of the camera is to come before.
  bool unless_disturbed(const std::function<void()>& piece);
  bool running() const { return snapshot_.state == SessionState::kRunning; }

  const SessionOptions options_;
  const EngineFactory make_engine_;
  CommandQueue<std::function<void(Worker&)>> commands_;
  Mailbox<Settings> settings_slot_;
  Mailbox<CameraRequest> camera_slot_;
  Mailbox<Snapshot> snapshots_;
  std::mutex notifier_mutex_;
  std::function<void()> notifier_;
  mutable std::atomic<bool> reader_knows_{false};  // notified and not yet read

  std::atomic<int> at_once_{0};  // commands that wait and are not to
  std::atomic<bool> abandoned_{false};  // no command: it holds even if none is obeyed any more
  std::stop_token stop_token_;
  std::unique_ptr<HeadEngine> engine_;
  Snapshot snapshot_;
  std::shared_ptr<const Settings> settings_;
  std::optional<std::uint64_t> seed_;
  std::unique_ptr<ExportJob> export_job_;
  std::optional<CameraRequest> wanted_frame_;  // the newest camera not yet drawn
  std::optional<Camera> camera_;               // where the artist looks from
  bool turning_ = false;  // the artist moves the camera right now
  SurroundingViews surroundings_;
  int views_at_once_ = 0;  // are drawn without waiting for their turn
  bool mesh_wanted_ = false;
  bool one_step_ = false;
  bool bake_due_ = false;      // the head changed since the last bake
  bool bake_is_final_ = true;  // the last bake was at full resolution
  bool frame_due_ = false;     // the head changed since the last frame
  int next_thumbnail_ = -1;    // -1: the ring is up to date
  std::uint64_t frame_version_ = 0;
  std::uint64_t export_id_ = 0;
  std::uint64_t message_id_ = 0;
  DutyCycle baking_{0.05};
  DutyCycle framing_{0.05};
  DutyCycle surrounding_{0.02};
  Clock::time_point next_autosave_{};

  std::jthread thread_;  // last: everything above outlives it
};

}  // namespace portrait

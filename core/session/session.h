// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/session/export_request.h"
#include "core/session/photo_edit.h"
#include "core/session/snapshot.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace portrait {

class HeadEngine;

struct SessionOptions {
  std::filesystem::path pack;                // folder of the model pack; empty = the one that ships
  std::string device = "auto";               // auto, cpu or cuda
  std::shared_ptr<const Settings> settings;  // null = defaults
  std::filesystem::path autosave_folder;     // empty = beside the project, or none before a save
  double autosave_seconds = 60;              // between two autosaves of a run
};

struct OpenOptions {
  int face = 0;      // which face, 1 = the leftmost; 0 = the largest
  bool run = false;  // go on with the photo fit when the first head stands
};

// One worker thread that owns every tensor, and the one door to it. Commands go down a queue that
// the worker drains between steps; camera and settings are latest-wins slots; snapshots come up
// through a one-slot mailbox. Every method returns at once and may be called from any thread
// (latest() and set_notifier() too); none throws for what the worker finds wrong: that comes back
// in a snapshot. A command that its predicate forbids is dropped with a message.
class Session {
 public:
  explicit Session(const SessionOptions& options = {});  // the real engine
  // For tests and other engines: the factory runs on the worker.
  Session(const SessionOptions& options,
          std::function<std::unique_ptr<HeadEngine>(const SessionOptions&)> make_engine);
  // Asks the worker to give up the step under way and joins it; a run that is cut short by it is
  // autosaved, so that it can go on. Never waits for a reader.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Reads the photo and makes the first head. What stood before is replaced only when that worked.
  void open_photo(const std::filesystem::path& path, const OpenOptions& options = {});
  void open_project(const std::filesystem::path& path);
  // What the artist says of the photo that stands: the first head is made anew with it.
  void edit_photo(const PhotoEdit& edit);

  void start();
  void pause();  // the step under way is given up, and taken again by resume()
  void resume();
  void step();  // one step, then stands still
  void stop();  // ends the run; the head stays as it is after the last whole step

  // Back to the nearest restart point at or before a moment of the formation (Snapshot::formation),
  // paused there; the branch that is left stays and can be returned to in the same way.
  void return_to(std::uint64_t moment);

  void set_settings(std::shared_ptr<const Settings> settings);  // latest wins, journalled
  void set_seed(std::uint64_t seed);                            // acts at the next start

  // Art direction: writes a viewpoint's picture (Snapshot::view_file says when it is there); makes
  // one that was painted on the locked target of its viewpoint; returns that to the model's own.
  // A lock outlives runs and acts in stage 3, from its next iteration on.
  void write_view(const Viewpoint& viewpoint, const std::filesystem::path& file);
  void lock_view(const Viewpoint& viewpoint, const std::filesystem::path& picture);
  void unlock_view(const Viewpoint& viewpoint);

  // Latest wins. resting = false while the artist drags: quick low-resolution frames; true when
  // the camera came to rest: one frame at full resolution. draw = false: no frame is needed while
  // it moves. Never touches the optimisation.
  void move_camera(const Camera& camera, bool resting, bool draw = true);
  // Whether the surface is looked at (Snapshot::mesh): it is made, and made anew, when the head is
  // at rest.
  void want_mesh(bool wanted);

  void export_to(const ExportRequest& request);
  void cancel_export();
  void save_project(const std::filesystem::path& path);
  // What is unsaved is not wanted: the run stands still, and the session ends without leaving an
  // autosave behind. For the way out alone.
  void abandon();

  // The newest snapshot; never null.
  std::shared_ptr<const Snapshot> latest() const;
  // Called from the worker after a new snapshot was put; at most once until latest() was called
  // again, so a slow reader is not flooded. It must return quickly and must not call back into
  // the session except latest(). An empty function removes it; when set_notifier returns, the
  // former one is not running any more.
  void set_notifier(std::function<void()> notifier);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace portrait

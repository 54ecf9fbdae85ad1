// SPDX-License-Identifier: Apache-2.0
#include "app/cli/head_job.h"

#include "app/cli/report.h"
#include "app/cli/staged_outputs.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/interruption.h"
#include "core/base/log.h"

#include <nlohmann/json.hpp>

#include <chrono>

namespace portrait::cli {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;
const char* const kProject = "project.portrait";

double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Keeps the head when something went wrong after it was made; never in the place of another.
void rescue(HeadEngine& engine, const fs::path& out) {
  fs::path target = out / kProject;
  for (int i = 1; fs::exists(target); ++i) {
    target = out / fmt::format("project-unfinished-{}.portrait", i);
  }
  try {
    engine.save_project(target);
    log_warning("The head as it stands was kept in \"{}\"", target.string());
  } catch (const Error& error) {
    log_warning("The head could not be kept either: {}", error.message());
  }
}

}  // namespace

bool HeadJob::run(const PhotoToDo& todo, ExportRequest request, std::stop_token stop) {
  const auto begin = Clock::now();
  StagedOutputs outputs(todo.out);
  engine_.set_settings(settings_);
  engine_.open_photo(todo.photo, 0, [&] { return stop.stop_requested(); });
  for (const LockArgument& lock : locks_) engine_.lock_view(lock.viewpoint, lock.picture);
  RunTimes times;
  times.first_head_s = since(begin);
  progress_.first_head(times.first_head_s);
  Snapshot snapshot;
  engine_.describe(snapshot);
  for (const PhotoNote& note : snapshot.photo->notes) progress_.warning(note.text);
  try {
    if (fit(stop)) {
      snapshot.front = engine_.measure_front();
      engine_.save_project(outputs.folder() / kProject);
      request.folder = outputs.folder();
      if (write_exports(request, stop)) {
        engine_.describe(snapshot);
        times.total_s = since(begin);
        const auto report = make_report(todo.photo, snapshot, pack_, times, outputs.list());
        write_text_file(outputs.folder() / "report.json", report.dump(2) + "\n");
        outputs.commit();
        progress_.done(snapshot, todo.out, times.total_s);
        return true;
      }
    }
    engine_.save_project(outputs.folder() / kProject);
  } catch (...) {
    rescue(engine_, todo.out);
    throw;
  }
  outputs.commit_one(kProject, kProject);
  progress_.stopped(todo.out / kProject);
  return false;
}

bool HeadJob::fit(std::stop_token stop) {
  Snapshot snapshot;
  engine_.begin_run();
  for (bool finished = false; !finished;) {
    // The run stays under way in the project, so that it can go on from there.
    if (stop.stop_requested()) return false;
    try {
      const Interruptible scope([&] { return stop.stop_requested(); });
      finished = engine_.step().finished;
    } catch (const Interrupted&) {
      return false;
    }
    if (finished) engine_.end_run();
    engine_.describe(snapshot);
    progress_.step(snapshot);
  }
  return true;
}

bool HeadJob::write_exports(const ExportRequest& request, std::stop_token stop) {
  const auto job = engine_.begin_export(request);
  ExportStatus status;
  for (bool finished = false; !finished;) {
    if (stop.stop_requested()) return false;
    finished = job->advance();
    job->describe(status);
    progress_.exporting(status);
  }
  return true;
}

}  // namespace portrait::cli

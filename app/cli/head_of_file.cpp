// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/head_of_file.h"

#include "app/cli/staged_outputs.h"
#include "core/base/interruption.h"
#include "core/pipeline/pipeline.h"
#include "core/session/pipeline_engine.h"
#include "core/session/session.h"

#include <utility>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProject = "project.portrait";

}  // namespace

LoadedProject head_of_file(const fs::path& path, std::shared_ptr<const Settings> settings,
                           const fs::path& pack, std::stop_token stop) {
  if (path.extension() == ".portrait") return load_project(path);
  SessionOptions options;
  options.pack = pack;
  options.settings = settings;
  const auto engine = make_pipeline_engine(options);
  const auto stopped = [&] { return stop.stop_requested(); };
  const Interruptible scope(stopped);
  engine->open_photo(path, settings->get<int>("face"), stopped);
  engine->begin_run();
  while (!engine->step().finished) {
    if (stopped()) throw Interrupted();
  }
  engine->end_run();
  // Removed with what it holds when it goes without a commit().
  const StagedOutputs place(fs::temp_directory_path());
  engine->save_project(place.folder() / kProject);
  return load_project(place.folder() / kProject);
}

}  // namespace portrait::cli

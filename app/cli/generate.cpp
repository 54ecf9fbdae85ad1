// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/head_job.h"
#include "app/cli/lock_arguments.h"
#include "app/cli/photo_list.h"
#include "app/cli/progress.h"
#include "app/cli/settings_arguments.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"
#include "core/session/pipeline_engine.h"

#include <memory>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;

struct GenerateOptions {
  std::vector<fs::path> photos;
  fs::path out;
  fs::path pack;
  SettingsArguments settings;
  std::vector<std::string> locks;
  std::string progress = "plain";
  bool ply = false;
  bool png_sequence = false;
};

// Everything that can be known to be wrong is, before anything is computed or replaced: usage,
// photos, pack, output folder, in this order.
void generate(const GenerateOptions& options, std::stop_token stop) {
  const auto settings = std::make_shared<const Settings>(options.settings.settings());
  const auto progress = make_progress(options.progress);
  const auto list = photos_to_do(options.photos, options.out);
  const auto locks = lock_arguments(options.locks, *settings);
  check(locks.empty() || list.size() == 1, ErrorCode::kBadUsage,
        "A picture of --lock is of one head; {} photos were named", list.size());
  SessionOptions session;
  session.pack = options.pack.empty() ? default_pack_folder() : options.pack;
  session.settings = settings;
  const PackName pack = [&] {
    const ModelPack opened = ModelPack::open(session.pack);
    return PackName{opened.name(), opened.version(), opened.hash()};
  }();
  require_writable_folder(options.out);
  const auto engine = make_pipeline_engine(session);
  engine->prepare();

  ExportRequest request;
  request.ply = options.ply;
  request.png_sequence = options.png_sequence;
  request.contact_sheet = true;
  HeadJob job(*engine, settings, pack, *progress, locks);
  const int count = static_cast<int>(list.size());
  std::string failures;
  ErrorCode worst = ErrorCode::kBadInput;
  int failed = 0;
  for (int i = 0; i < count && !stop.stop_requested(); ++i) {
    const PhotoToDo& todo = list[std::size_t(i)];
    progress->photo(todo.photo, i, count);
    try {
      if (!job.run(todo, request, stop)) return;
    } catch (const Error& error) {
      // A photo without a face must not cost the rest of a batch.
      if (count == 1 || stop.stop_requested()) throw;
      log(LogLevel::kError, todo.photo.string() + ": " + error.message());
      failures += "\n  " + todo.photo.string();
      if (exit_code(error.code()) == 1) worst = error.code();
      ++failed;
    }
  }
  check(failed == 0, worst, "{} of {} photos were not made into heads:{}", failed, count, failures);
}

}  // namespace

void add_generate(CLI::App& app, Action& action) {
  auto options = std::make_shared<GenerateOptions>();
  auto& command = *app.add_subcommand("generate", "Make a 3D head of a photo, or one of each");
  command.add_option("photo", options->photos, "Photos, or folders of photos")->required();
  command
      .add_option("--out", options->out,
                  "Folder for head.glb, turntable.mp4, contact_sheet.png, project.portrait and "
                  "report.json; several photos get a folder each in it")
      ->required();
  options->settings.add_to(command);
  command.add_option("--pack", options->pack,
                     "Folder of the model pack; default: $PORTRAIT_PACK, "
                     "else the one that ships");
  command
      .add_option("--lock", options->locks,
                  "AZIMUTH,ELEVATION=FILE: a picture that was painted of a viewpoint is the target "
                  "of that view, instead of what the diffusion model paints; as often as there are "
                  "pictures")
      ->allow_extra_args(false);
  command.add_option("--progress", options->progress, "plain, json (an object a line) or none")
      ->capture_default_str();
  command.add_flag("--ply", options->ply, "Write head.ply too");
  command.add_flag("--png-sequence", options->png_sequence,
                   "Write the turntable's frames with alpha too, to turntable/");
  command.callback([options, &action] {
    action = [options](std::stop_token stop) { generate(*options, stop); };
  });
}

}  // namespace portrait::cli

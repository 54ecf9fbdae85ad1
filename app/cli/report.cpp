// SPDX-License-Identifier: Apache-2.0
#include "app/cli/report.h"

#include "core/base/settings.h"

#include <algorithm>

#include <sys/resource.h>

namespace portrait::cli {
namespace {

using Json = nlohmann::ordered_json;

double peak_memory_mb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;  // kilobytes on Linux
}

bool refines(const StageInfo& stage, const Snapshot& snapshot) {
  return stage.id == "detail" && snapshot.refined != nullptr;
}

// The stages before the detail look through the photo's camera alone.
std::size_t views_of(const StageInfo& stage, const Snapshot& snapshot) {
  return refines(stage, snapshot) ? snapshot.refined->size() : 1;
}

// Of the resampled noises of each viewpoint, in the rig's order, the share that stayed (17).
Json acceptance_of(const StageInfo& stage, const Snapshot& snapshot) {
  Json shares = Json::array();
  if (!refines(stage, snapshot)) return shares;
  for (const RefinedView& view : *snapshot.refined) {
    shares.push_back(view.judged > 0 ? double(view.accepted) / view.judged : 0.0);
  }
  return shares;
}

// Stages that were not run (skipped, not installed) are absent.
Json stages_of(const Snapshot& snapshot, const RunTimes& times) {
  Json stages = Json::array();
  for (const StageInfo& stage : snapshot.stages) {
    if (stage.step == 0) continue;
    Json parts = Json::object();
    if (stage.id == "first_head") {
      parts["photo"] = std::max(0.0, times.first_head_s - stage.seconds);
      parts["prior"] = stage.seconds;
    }
    const double seconds = stage.id == "first_head" ? times.first_head_s : stage.seconds;
    stages.push_back({{"name", stage.id},
                      {"seconds", seconds},
                      {"steps", stage.step},
                      {"views", views_of(stage, snapshot)},
                      {"seconds_per_part", parts},
                      {"acceptance_per_view", acceptance_of(stage, snapshot)}});
  }
  return stages;
}

}  // namespace

Json make_report(const std::filesystem::path& photo, const Snapshot& snapshot, const PackName& pack,
                 const RunTimes& times, const std::vector<StagedOutputs::Output>& outputs) {
  Json losses = Json::object();
  for (const auto& [name, value] : snapshot.losses) losses[name] = value;
  Json warnings = Json::array();
  for (const PhotoNote& note : snapshot.photo->notes) warnings.push_back(note.text);
  Json files = Json::array();
  for (const auto& output : outputs) {
    files.push_back({{"path", output.path}, {"bytes", output.bytes}, {"sha256", output.sha256}});
  }
  Json report;
  report["photo"] = photo.string();
  report["losses"] = losses;
  report["seed"] = snapshot.seed;
  report["settings"] = snapshot.settings->to_json();
  report["pack"] = {{"name", pack.name}, {"version", pack.version}, {"hash", pack.hash}};
  report["device"] = snapshot.device;
  report["stages"] = stages_of(snapshot, times);
  report["time_to_first_head_s"] = times.first_head_s;
  report["total_s"] = times.total_s;
  report["peak_memory_mb"] = peak_memory_mb();
  report["front_psnr_db"] = snapshot.front.psnr_db;
  report["front_sharpness"] = snapshot.front.sharpness;
  report["front_mask_iou"] = snapshot.front.mask_iou;
  report["outputs"] = files;
  report["warnings"] = warnings;
  return report;
}

}  // namespace portrait::cli

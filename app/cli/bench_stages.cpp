// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "app/cli/bench_fields.h"
#include "core/base/interruption.h"
#include "core/base/machine_info.h"
#include "core/camera/viewpoint_rig.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/head_view.h"
#include "core/pipeline/pack_stages.h"
#include "core/pipeline/pipeline.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>

namespace portrait::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 3> kStages = {"photo_fit", "geometry", "detail"};
constexpr const char* kViews[] = {"30,0 -30,0 60,0", "30,0 -30,0 60,0 -60,0 90,0 -90,0",
                                  "30,0 -30,0 60,0 -60,0 90,0 -90,0 120,0 -120,0 150,0 -150,0 "
                                  "180,0 0,45"};
constexpr int kViewCounts[] = {3, 6, 12};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// One stage alone, as the preset `standard` has it.
class StageRun {
 public:
  StageRun(const Field& head, const PhotoInput& photo, const StageSources& sources,
           const std::string& stage, const std::string& viewpoints = {}) {
    Settings settings;
    for (const char* other : kStages) settings.set(other, stage == other);
    if (!viewpoints.empty()) {
      settings.set("detail.viewpoints", viewpoints);
      settings.set("detail.random_views", std::int64_t(0));
    }
    pipeline_ = std::make_unique<Pipeline>(photo, head, 0,
                                           std::make_shared<const Settings>(settings), 1);
    pipeline_->set_sources(sources);
    pipeline_->begin_run();
  }

  // Of one step, or one part of one.
  double seconds() {
    const auto begin = Clock::now();
    auto asked = begin;
    const auto note = [&] {
      longest_ = std::max(longest_, seconds_since(asked));
      asked = Clock::now();
      return false;
    };
    {
      const Interruptible scope(note);
      pipeline_->step();
    }
    note();
    return seconds_since(begin);
  }

  // Between two of the points at which a step can be given up.
  double longest_wait() const { return longest_; }

 private:
  std::unique_ptr<Pipeline> pipeline_;
  double longest_ = 0;
};

}  // namespace

std::vector<BenchRow> bench_stages(const Machine&, const BenchOptions& bench, Json& findings) {
  const Field head = head_field(bench.pack);
  const PhotoInput photo = photo_of(head, rig_camera({0, 0}), 128);
  const StageSources sources = stage_sources(std::make_shared<const ModelPack>(
      ModelPack::open(bench.pack.empty() ? default_pack_folder() : bench.pack)));
  std::vector<BenchRow> rows;
  const auto add = [&](const std::string& name, const Json& config, std::vector<double> seconds) {
    std::sort(seconds.begin(), seconds.end());
    BenchRow row;
    row.name = name;
    row.config = config;
    row.median_ms = seconds[seconds.size() / 2] * 1e3;
    row.min_ms = seconds.front() * 1e3;
    row.repeats = static_cast<int>(seconds.size());
    row.peak_memory_mb = double(resident_memory_mb());
    rows.push_back(std::move(row));
  };
  for (const std::string stage : kStages) {
    if (stage == "geometry" && !sources.geometry) continue;
    if (stage == "detail" && !sources.painter) continue;
    StageRun run(head, photo, sources, stage);
    run.seconds();  // it comes up
    std::vector<double> seconds;
    for (int i = 0; i < bench.repeats; ++i) seconds.push_back(run.seconds());
    add(stage, {{"preset", "standard"}}, std::move(seconds));
    findings[stage + ": longest wait for Stop, s"] = run.longest_wait();
  }
  if (!sources.painter) return rows;
  std::array<double, 3> iteration{};
  for (std::size_t i = 0; i < iteration.size(); ++i) {
    StageRun run(head, photo, sources, "detail", kViews[i]);
    for (int part = 0; part <= kViewCounts[i]; ++part) iteration[i] += run.seconds();
    add("detail, painting " + std::to_string(kViewCounts[i]) + " views",
        {{"views", kViewCounts[i]}}, {iteration[i]});
  }
  findings["detail: a view of the last 6 of 12 over one of the last 3 of 6"] =
      (iteration[2] - iteration[1]) / 6 / ((iteration[1] - iteration[0]) / 3);
  return rows;
}

}  // namespace portrait::cli

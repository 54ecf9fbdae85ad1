// SPDX-License-Identifier: Apache-2.0
// What the window costs the optimisation, and the optimisation the window: the same run without a
// window, with one that is looked at, and with one in which the head is turned without a pause, in
// turn. With the window it is portrait-studio itself that runs (--rehearse).
#include "core/nn/torch.h"

#include "app/cli/bench.h"
#include "app/cli/child_process.h"
#include "core/base/error.h"
#include "core/base/machine_info.h"
#include "core/base/settings.h"
#include "core/nn/default_pack.h"
#include "core/session/pipeline_engine.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr const char* kSize = "960x720";
// A draft whose stages are as long on a busy machine as on a quiet one.
constexpr const char* kPreset = "draft";
constexpr std::array kSettings = {"photo_fit.minutes=20", "photo_fit.steps_max=60",
                                  "detail.iterations=2",
                                  "detail.viewpoints=30,0 -30,0 90,0 -90,0 180,0"};
constexpr const char* kWithout = "without a window";
constexpr std::array kHands = {"still", "turning"};

struct Run {
  std::map<std::string, double> step_s;  // of each stage
  double run_s = 0;                      // from start to end
  double memory_mb = 0;
  Json told;  // by the program; null without a window
};

Run without_window(const fs::path& photo, const fs::path& pack) {
  Settings settings;
  settings.apply_preset(kPreset);
  for (const char* assignment : kSettings) settings.set_assignment(assignment);
  SessionOptions options;
  options.pack = pack;
  options.settings = std::make_shared<const Settings>(settings);
  const auto engine = make_pipeline_engine(options);
  engine->set_settings(options.settings);
  engine->prepare();
  engine->open_photo(photo, 0, [] { return false; });
  const auto begin = Clock::now();
  engine->begin_run();
  while (!engine->step().finished) {
  }
  engine->end_run();
  Run run;
  run.run_s = std::chrono::duration<double>(Clock::now() - begin).count();
  run.memory_mb = resident_memory_mb();
  Snapshot snapshot;
  engine->describe(snapshot);
  for (const StageInfo& stage : snapshot.stages) {
    if (stage.state == StageState::kDone && stage.step > 0) {
      run.step_s[stage.id] = stage.seconds / stage.step;
    }
  }
  return run;
}

Run with_window(const fs::path& photo, const fs::path& pack, const std::string& hand) {
  const fs::path program = own_folder() / "portrait-studio";
  check(fs::exists(program), ErrorCode::kNotFound, "\"{}\" is not there; build the window first",
        program.string());
  std::vector<std::string> arguments{photo.string(), "--pack", pack.string(), "--preset", kPreset,
                                     "--size",       kSize,    "--rehearse",  hand};
  for (const char* assignment : kSettings) {
    arguments.insert(arguments.end(), {"--set", assignment});
  }
  Run run;
  std::string error;
  const int code = run_child(program, arguments, {},
                             [&](const std::string& line) {
                               const Json told = Json::parse(line, nullptr, false);
                               if (!told.is_object()) return;
                               if (told.value("event", "") == "finished") run.told = told;
                               if (told.value("event", "") == "failed")
                                 error = told.value("error", "");
                             },
                             {});
  check(code == 0 && !run.told.is_null(), ErrorCode::kInternal,
        "The window's run ended with {} {}. It needs a display: run it under xvfb-run where there "
        "is none",
        code, error);
  for (const Json& stage : run.told.at("stages")) {
    const int steps = stage.at("steps");
    if (steps > 0) run.step_s[stage.at("id")] = stage.at("seconds").get<double>() / steps;
  }
  run.run_s = run.told.at("run_s");
  run.memory_mb = run.told.at("memory_mb");
  return run;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

using Runs = std::map<std::string, std::vector<Run>>;

std::vector<double> of_all(const std::vector<Run>& runs,
                           const std::function<double(const Run&)>& of) {
  std::vector<double> values;
  for (const Run& run : runs) values.push_back(of(run));
  return values;
}

void add_rows(const std::string& name, const std::vector<Run>& runs, std::vector<BenchRow>& rows) {
  const auto add = [&](const std::string& what, const std::function<double(const Run&)>& of) {
    const std::vector<double> seconds = of_all(runs, of);
    BenchRow row;
    row.name = what + ", " + name;
    row.config = {{"preset", kPreset}, {"window", kSize}};
    row.median_ms = median(seconds) * 1e3;
    row.min_ms = *std::min_element(seconds.begin(), seconds.end()) * 1e3;
    row.repeats = int(seconds.size());
    row.peak_memory_mb = median(of_all(runs, [](const Run& run) { return run.memory_mb; }));
    rows.push_back(std::move(row));
  };
  for (const auto& [stage, seconds] : runs.front().step_s) {
    const std::string id = stage;
    if (id == "first_head") continue;
    add(id + " step", [id](const Run& run) { return run.step_s.at(id); });
  }
  add("whole run", [](const Run& run) { return run.run_s; });
}

// Ratios are taken round by round, whose runs followed each other.
void add_ratios(const std::string& hand, const Runs& runs, Json& findings) {
  const std::vector<Run>& with = runs.at(hand);
  const std::vector<Run>& without = runs.at(kWithout);
  const auto ratio = [&](const std::function<double(const Run&)>& of) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < with.size(); ++i) ratios.push_back(of(with[i]) / of(without[i]));
    return median(ratios);
  };
  for (const auto& [stage, seconds] : without.front().step_s) {
    const std::string id = stage;
    if (id == "first_head") continue;
    findings[hand + ": " + id + " step over without a window"] =
        ratio([id](const Run& run) { return run.step_s.at(id); });
  }
  findings[hand + ": whole run over without a window"] =
      ratio([](const Run& run) { return run.run_s; });
  findings[hand + ": pictures a second"] =
      median(of_all(with, [](const Run& run) { return run.told.at("pictures_per_s"); }));
  const auto loop = [&](const char* key) {
    return of_all(with, [key](const Run& run) { return run.told.at("event_loop").at(key); });
  };
  const std::vector<double> shares = loop("share_under_16_ms");
  findings[hand + ": least share of stalls under 16 ms"] =
      *std::min_element(shares.begin(), shares.end());
  const std::vector<double> worst = loop("worst_ms");
  findings[hand + ": longest stall, ms"] = *std::max_element(worst.begin(), worst.end());
}

}  // namespace

std::vector<BenchRow> bench_window(const Machine&, const BenchOptions& bench, Json& findings) {
  check(!bench.photo.empty(), ErrorCode::kBadUsage,
        "Name the photo that the window opens: --photo");
  const fs::path pack = fs::absolute(bench.pack.empty() ? default_pack_folder() : bench.pack);
  const fs::path photo = fs::absolute(bench.photo);
  Runs runs;
  for (int round = 0; round < bench.repeats; ++round) {
    runs[kWithout].push_back(without_window(photo, pack));
    for (const char* hand : kHands) runs[hand].push_back(with_window(photo, pack, hand));
  }
  std::vector<BenchRow> rows;
  add_rows(kWithout, runs.at(kWithout), rows);
  for (const char* hand : kHands) {
    add_rows(std::string("window, ") + hand, runs.at(hand), rows);
    add_ratios(hand, runs, findings);
  }
  return rows;
}

}  // namespace portrait::cli

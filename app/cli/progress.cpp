// SPDX-License-Identifier: Apache-2.0
#include "app/cli/progress.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <unistd.h>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

std::string span_of(double seconds) {
  const int s = static_cast<int>(seconds + 0.5);
  return s < 60 ? fmt::format("{} s", s) : fmt::format("{} min {:02} s", s / 60, s % 60);
}

const StageInfo* stage_of(const Snapshot& s) {
  const bool known = s.stage >= 0 && s.stage < static_cast<int>(s.stages.size());
  return known ? &s.stages[std::size_t(s.stage)] : nullptr;
}

// One line that is written over on a terminal; a new line now and then in a file.
class Plain : public Progress {
 public:
  void photo(const fs::path& path, int index, int count) override {
    say(count > 1 ? fmt::format("{} ({} of {})", path.string(), index + 1, count) : path.string());
    last_ = {};
  }
  void warning(const std::string& text) override { say("Note: " + text); }
  void first_head(double seconds) override {
    say(fmt::format("First head after {:.1f} s", seconds));
  }

  void step(const Snapshot& snapshot) override {
    const StageInfo* stage = stage_of(snapshot);
    // Of the first head it was told already.
    if (stage == nullptr || stage->id == "first_head") return;
    const bool over = stage->state != StageState::kRunning;
    if (!over && !due()) return;
    std::string line = fmt::format("{}  step {} of {}", stage->label, stage->step, stage->steps);
    if (!snapshot.losses.empty()) line += fmt::format("  loss {:.4f}", snapshot.losses[0].second);
    line += "  " + span_of(stage->seconds);
    if (!over && snapshot.time_left_s >= 0) line += ", " + span_of(snapshot.time_left_s) + " left";
    over ? say(line) : show(line);
  }

  void exporting(const ExportStatus& status) override {
    if (status.done == status.total) {
      clear();
    } else if (due()) {
      show(fmt::format("{}  {} of {}", status.what, status.done, status.total));
    }
  }
  void stopped(const fs::path& project) override {
    say("Stopped. The head as it stands is in " + project.string());
  }
  void done(const Snapshot& s, const fs::path& out, double seconds) override {
    say(
        fmt::format("Front against the photo: {:.1f} dB (the photo blurred by 2 px: {:.1f} dB), "
                    "mask IoU {:.3f}",
                    s.front.psnr_db, s.front.blurred_psnr_db, s.front.mask_iou));
    say(fmt::format("Done after {}: {}", span_of(seconds), out.string()));
  }

 private:
  bool due() {
    const auto now = Clock::now();
    if (now - last_ < (terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10))) {
      return false;
    }
    last_ = now;
    return true;
  }
  void show(const std::string& line) {
    if (!terminal_) return say(line);
    std::printf("\r%s\x1b[K", line.c_str());
    std::fflush(stdout);
    open_line_ = true;
  }
  void clear() {
    if (open_line_) std::printf("\r\x1b[K");
    open_line_ = false;
  }
  void say(const std::string& line) {
    clear();
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  }

  const bool terminal_ = ::isatty(STDOUT_FILENO) == 1;
  bool open_line_ = false;
  Clock::time_point last_{};
};

class JsonLines : public Progress {
 public:
  void photo(const fs::path& path, int index, int count) override {
    say({{"event", "photo"}, {"photo", path.string()}, {"index", index}, {"count", count}});
  }
  void warning(const std::string& text) override { say({{"event", "warning"}, {"text", text}}); }
  void first_head(double seconds) override { say({{"event", "first_head"}, {"seconds", seconds}}); }
  void step(const Snapshot& snapshot) override {
    const StageInfo* stage = stage_of(snapshot);
    if (stage == nullptr) return;
    Json losses = Json::object();
    for (const auto& [name, value] : snapshot.losses) losses[name] = value;
    Json line = {{"event", "step"},
                 {"stage", stage->id},
                 {"state", stage_state_name(stage->state)},
                 {"step", stage->step},
                 {"steps", stage->steps},
                 {"losses", losses},
                 {"seconds", stage->seconds}};
    if (snapshot.time_left_s >= 0) line["time_left_s"] = snapshot.time_left_s;
    say(line);
  }
  void exporting(const ExportStatus& status) override {
    say({{"event", "export"},
         {"what", status.what},
         {"done", status.done},
         {"total", status.total}});
  }
  void stopped(const fs::path& project) override {
    say({{"event", "stopped"}, {"project", project.string()}});
  }
  void done(const Snapshot& s, const fs::path& out, double seconds) override {
    say({{"event", "done"},
         {"out", out.string()},
         {"report", (out / "report.json").string()},
         {"seconds", seconds},
         {"front_psnr_db", s.front.psnr_db},
         {"front_sharpness", s.front.sharpness},
         {"front_mask_iou", s.front.mask_iou}});
  }

 private:
  static void say(const Json& line) {
    std::printf("%s\n", line.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    std::fflush(stdout);
  }
};

class Silent : public Progress {
 public:
  void photo(const fs::path&, int, int) override {}
  void warning(const std::string&) override {}
  void first_head(double) override {}
  void step(const Snapshot&) override {}
  void exporting(const ExportStatus&) override {}
  void stopped(const fs::path&) override {}
  void done(const Snapshot&, const fs::path&, double) override {}
};

}  // namespace

std::unique_ptr<Progress> make_progress(const std::string& kind) {
  if (kind == "plain") return std::make_unique<Plain>();
  if (kind == "json") return std::make_unique<JsonLines>();
  check(kind == "none", ErrorCode::kBadUsage,
        "There is no progress \"{}\"; use plain, json or none", kind);
  return std::make_unique<Silent>();
}

}  // namespace portrait::cli

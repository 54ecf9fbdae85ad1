// SPDX-License-Identifier: Apache-2.0
// An engine without tensors behind the worker's real interface: counts, waits on demand, throws
// on demand. What it does is told by its script, which the test shares with it.
#pragma once

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/base/settings.h"
#include "core/field/baked_volume.h"
#include "core/session/head_engine.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace portrait {

struct FakeScript {
  std::atomic<int> steps{0};
  std::atomic<int> throw_at{-1};  // step that throws
  std::atomic<int> steps_planned{1000000};
  std::atomic<int> renders{0};
  std::atomic<int> bakes{0};
  std::atomic<int> autosaves{0};
  std::atomic<int> moments{0};
  std::atomic<bool> gate_closed{false};  // steps wait until it opens
  std::atomic<bool> endless{false};      // steps end by being given up alone
  std::atomic<bool> endless_renders{false};

  void open_gate() {
    {
      const std::lock_guard lock(mutex);
      gate_closed = false;
    }
    changed.notify_all();
  }
  void pass_gate() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return !gate_closed; });
  }
  std::mutex mutex;
  std::condition_variable changed;
};

class FakeExport : public ExportJob {
 public:
  explicit FakeExport(ExportRequest request, int head)
      : request_(std::move(request)), head_(head) {}
  bool advance() override {
    check(request_.folder != "/full", ErrorCode::kIo, "The disk is full");
    return ++done_ >= 5;
  }
  void describe(ExportStatus& status) const override {
    status.done = done_;
    status.total = 5;
    status.what = "Part";
    status.files.assign(std::size_t(done_), {request_.folder / "part", std::uint64_t(head_)});
  }

 private:
  ExportRequest request_;
  int head_;
  int done_ = 0;
};

class FakeEngine : public HeadEngine {
 public:
  explicit FakeEngine(std::shared_ptr<FakeScript> script) : script_(std::move(script)) {}

  void open_photo(const std::filesystem::path& path, int, const std::function<bool()>&) override {
    check(path != "bad.png", ErrorCode::kBadInput, "bad.png is not a picture");
    photo_ = std::make_shared<PhotoInfo>();
    photo_->path = path;
    head_ = 1;
  }
  bool open_project(const std::filesystem::path&) override {
    head_ = 2;
    return true;
  }
  void save_project(const std::filesystem::path& path) override {
    check(path != "/readonly/x.portrait", ErrorCode::kIo, "Not writable");
    project_ = path;
  }
  std::filesystem::path autosave() override {
    ++script_->autosaves;
    return "auto";
  }
  void forget_autosave() override {}
  void set_settings(std::shared_ptr<const Settings> settings) override {
    settings_ = std::move(settings);
  }
  void set_seed(std::uint64_t seed) override { seed_ = seed; }
  void lock_view(const Viewpoint& viewpoint, const std::filesystem::path& picture) override {
    check(picture != "bad.png", ErrorCode::kBadInput, "bad.png is not square");
    auto locks = std::make_shared<std::vector<LockedView>>();
    if (locks_) *locks = *locks_;
    locks->push_back({viewpoint, picture.string(), std::to_string(script_->steps), {}});
    locks_ = std::move(locks);
  }
  void unlock_view(const Viewpoint&) override { locks_.reset(); }
  void write_view(const Viewpoint&, const std::filesystem::path& file) override {
    check(file != "/readonly/x.png", ErrorCode::kIo, "Not writable");
  }
  void begin_run() override { step_ = 0; }
  EngineStep step() override {
    script_->pass_gate();
    while (script_->endless) rest();
    const int step = ++script_->steps;
    check(step != script_->throw_at, ErrorCode::kNumerical, "The loss is not finite");
    ++head_;
    return {true, false, ++step_ >= script_->steps_planned};
  }
  void end_run() override {}
  void keep_moment(const std::shared_ptr<const BakedVolume>& volume) override {
    ++script_->moments;
    auto formation = std::make_shared<Formation>(*formation_);
    auto moment = std::make_shared<FormationMoment>();
    moment->id = formation->moments.size() + 1;
    moment->previous = formation->tip;
    moment->step = step_;
    moment->volume = volume;
    moment->restart = true;
    formation->tip = moment->id;
    formation->moments.push_back(std::move(moment));
    formation_ = std::move(formation);
  }
  bool return_to(std::uint64_t moment) override {
    const auto to = formation_->find(moment);
    check(to != nullptr, ErrorCode::kNotFound, "There is no moment {}", moment);
    step_ = to->step;
    head_ = int(to->volume->voxel);
    return step_ > 0;
  }
  bool has_head() const override { return head_ > 0; }
  std::shared_ptr<const BakedVolume> bake(bool) override {
    ++script_->bakes;
    auto volume = std::make_shared<BakedVolume>();
    volume->voxel = static_cast<float>(head_);  // which head it shows
    return volume;
  }
  NeuralFrame render(const Camera& camera, bool resting) override {
    ++script_->renders;
    while (script_->endless_renders) rest();
    NeuralFrame frame;
    frame.camera = camera;
    frame.resting = resting;
    return frame;
  }
  RingThumbnail ring_thumbnail(int index) override { return {{double(index), 0}, Image(1, 1, 4)}; }
  int ring_size() const override { return 3; }
  FrontMeasure measure_front() override { return {.psnr_db = 30}; }
  std::unique_ptr<ExportJob> begin_export(const ExportRequest& request) override {
    check(request.folder != "/nowhere", ErrorCode::kIo, "Not writable");
    return std::make_unique<FakeExport>(request, head_);
  }
  void describe(Snapshot& snapshot) const override {
    snapshot.photo = photo_;
    snapshot.settings = settings_;
    snapshot.seed = seed_;
    snapshot.project_path = project_;
    snapshot.stages = {{"photo_fit", "Photo fit", StageState::kRunning, step_, 10, 0}};
    snapshot.stage = 0;
    snapshot.formation = formation_;
    snapshot.locks = locks_;
  }

 private:
  static void rest() {
    interruption_point();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  std::shared_ptr<FakeScript> script_;
  std::shared_ptr<PhotoInfo> photo_;
  std::shared_ptr<const Formation> formation_ = std::make_shared<Formation>();
  std::shared_ptr<const Settings> settings_;
  std::shared_ptr<const std::vector<LockedView>> locks_;
  std::filesystem::path project_;
  std::uint64_t seed_ = 0;
  int head_ = 0;
  int step_ = 0;
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
// Which moments of a formation are kept, how a branch is left and found again, and what a project
// keeps of it.
#include "tests/pipeline/tiny_head.h"

#include "core/base/error.h"
#include "core/field/baked_volume.h"
#include "core/nn/torch_safetensors.h"
#include "core/nn/torch_threads.h"
#include "core/pipeline/loss_history.h"
#include "core/pipeline/pipeline.h"
#include "core/project/formation_file.h"
#include "core/project/pipeline_mark.h"
#include "core/project/project_file.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

namespace {

class Point : public RestartPoint {
 public:
  explicit Point(bool small) : small_(small) {}
  bool is_small() const override { return small_; }

 private:
  bool small_;
};

std::shared_ptr<const RestartPoint> small_point() {
  return std::make_shared<Point>(true);
}
std::shared_ptr<const RestartPoint> large_point() {
  return std::make_shared<Point>(false);
}

FormationMoment at_second(double seconds, const char* stage = "Photo fit") {
  FormationMoment moment;
  moment.stage = stage;
  moment.step = int(seconds * 10);
  moment.seconds = seconds;
  moment.volume = std::make_shared<BakedVolume>();
  return moment;
}

// Two bricks of 16^3 samples, one empty.
std::shared_ptr<const BakedVolume> small_volume(std::uint8_t value) {
  auto volume = std::make_shared<BakedVolume>();
  volume->samples = {32, 16, 16};
  volume->voxel = 0.01F;
  volume->box = {Eigen::Vector3f(-0.16F, -0.08F, -0.08F), Eigen::Vector3f(0.16F, 0.08F, 0.08F)};
  volume->bricks = {-1, 0};
  volume->texels.assign(BakedVolume::kBrickBytes, value);
  volume->hashes = {0xfedcba9876543210U + value};
  return volume;
}

}  // namespace

class FormationTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { configure_torch_threads(); }

  void moments_come_at_intervals_and_at_each_stage() {
    FormationRecorder recorder;
    QVERIFY(recorder.is_due(0, "First head"));
    recorder.add(at_second(0, "First head"), small_point());
    QVERIFY(recorder.is_due(0.1, "Photo fit"));
    recorder.add(at_second(0.1), nullptr);
    QVERIFY(!recorder.is_due(0.5, "Photo fit"));
    QVERIFY(recorder.is_due(1.2, "Photo fit"));
    QVERIFY(!recorder.restart_is_due(59));
    QVERIFY(recorder.restart_is_due(61));
    const auto line = recorder.formation()->line(recorder.formation()->tip);
    QCOMPARE(line.size(), std::size_t(2));
    QCOMPARE(line[1]->previous, line[0]->id);
  }

  void too_many_are_thinned_evenly_and_restarts_stay() {
    FormationRecorder recorder;
    recorder.add(at_second(0, "First head"), small_point());
    double seconds = 0;
    for (int i = 1; i <= 400; ++i) {
      seconds = i;
      if (!recorder.is_due(seconds, "Photo fit")) continue;
      recorder.add(at_second(seconds), i == 7 ? small_point() : nullptr);
    }
    const Formation& formation = *recorder.formation();
    QVERIFY(formation.moments.size() <= FormationRecorder::kMoments);
    QVERIFY(formation.moments.size() > FormationRecorder::kMoments / 3);
    const auto line = formation.line(formation.tip);
    QCOMPARE(line.size(), formation.moments.size());
    QCOMPARE(line.front()->stage, std::string("First head"));
    QVERIFY(std::any_of(line.begin(), line.end(), [](const auto& m) { return m->seconds == 7; }));
    double widest = 0;
    for (std::size_t i = 1; i < line.size(); ++i) {
      widest = std::max(widest, line[i]->seconds - line[i - 1]->seconds);
    }
    QVERIFY2(widest <= 17, qPrintable(QString::number(widest)));
  }

  void large_restarts_are_few_and_spread() {
    FormationRecorder recorder;
    recorder.add(at_second(0, "First head"), small_point());
    for (int i = 1; i <= 9; ++i) recorder.add(at_second(60 * i), large_point());
    std::vector<double> kept;
    for (const auto& moment : recorder.formation()->moments) {
      if (moment->restart) kept.push_back(moment->seconds);
      QCOMPARE(moment->restart, recorder.restart(moment->id) != nullptr);
    }
    // The first head, so many inside, and the end.
    QCOMPARE(kept.size(), FormationRecorder::kLargeRestarts + 2);
    QCOMPARE(kept.front(), 0.0);
    QCOMPARE(kept.back(), 540.0);
  }

  void a_branch_that_is_left_can_be_found_again() {
    FormationRecorder recorder;
    recorder.add(at_second(0, "First head"), small_point());
    const auto fork = recorder.add(at_second(1), small_point());
    recorder.add(at_second(2), nullptr);
    const auto end = recorder.add(at_second(3), large_point());
    QCOMPARE(recorder.formation()->restart_of(end - 1)->id, fork);
    recorder.go_on_from(fork);
    const auto other = recorder.add(at_second(2), nullptr);
    const Formation& formation = *recorder.formation();
    QCOMPARE(formation.tip, other);
    QCOMPARE(formation.line(other).size(), std::size_t(3));
    QCOMPARE(formation.line(end).size(), std::size_t(4));
    QCOMPARE(formation.other_ends().size(), std::size_t(1));
    QCOMPARE(formation.other_ends().front()->id, end);
    // A snapshot that was taken keeps what it had.
    const auto before = recorder.formation();
    recorder.add(at_second(5), nullptr);
    QCOMPARE(before->tip, other);
  }

  void restarts_of_a_new_branch_stay_and_old_ends_go() {
    FormationRecorder recorder;
    const auto first = recorder.add(at_second(0, "First head"), small_point());
    std::uint64_t fork = 0;
    for (int i = 1; i <= 4; ++i) {
      const auto id = recorder.add(at_second(60 * i), large_point());
      if (i == 1) fork = id;
    }
    recorder.go_on_from(fork);
    const auto inner = recorder.add(at_second(120), large_point());
    recorder.add(at_second(121), nullptr);
    QVERIFY(recorder.restart(inner) != nullptr);
    QVERIFY(recorder.restart(fork) != nullptr);
    // Branch after branch from the first head: the newest ends can be gone on from.
    std::vector<std::uint64_t> ends;
    for (std::size_t i = 0; i < FormationRecorder::kLargeEnds + 3; ++i) {
      recorder.go_on_from(first);
      ends.push_back(recorder.add(at_second(5), large_point()));
    }
    QVERIFY(recorder.restart(ends.front()) == nullptr);
    QVERIFY(!recorder.formation()->find(ends.front())->restart);
    QVERIFY(recorder.restart(ends.back()) != nullptr);
    std::size_t kept = 0;
    for (const std::uint64_t id : ends) kept += recorder.restart(id) != nullptr;
    QCOMPARE(kept, FormationRecorder::kLargeEnds + 1);  // and the tip
  }

  void a_moment_that_is_held_stays() {
    FormationRecorder recorder;
    const auto first = recorder.add(at_second(0, "First head"), small_point());
    for (std::size_t i = 0; i < FormationRecorder::kMoments; ++i) {
      recorder.go_on_from(first);
      recorder.add(at_second(5), small_point());
    }
    const auto ends = recorder.formation()->other_ends();
    const auto held = ends.back()->id;  // the next to go
    recorder.hold(held);
    recorder.add(at_second(6), small_point());
    recorder.add(at_second(7), small_point());
    QVERIFY(recorder.formation()->find(held) != nullptr);
  }

  void projects_keep_moments_and_small_restarts() {
    const Field first = tiny_head({0.6F, 0.5F, 0.4F});
    Pipeline pipeline(photo_of(tiny_head({0.8F, 0.3F, 0.2F}, 2)), first, 0.25,
                      std::make_shared<const Settings>(), 5);
    FormationRecorder recorder;
    FormationMoment moment = at_second(0, "First head");
    moment.volume = small_volume(10);
    moment.picture = Image(3, 3, 4, 51 / 255.0F);
    recorder.add(moment, PipelineMark::of(pipeline));
    pipeline.begin_run();
    pipeline.set_plan(20);
    for (int i = 0; i < 3; ++i) pipeline.step();
    moment = at_second(2);
    moment.volume = small_volume(20);
    recorder.add(moment, PipelineMark::of(pipeline));

    QTemporaryDir folder;
    const std::string path = folder.filePath("head.portrait").toStdString();
    save_project(path, pipeline, {}, recorder);
    const LoadedProject loaded = load_project(path);
    const Formation& formation = *loaded.formation.formation();
    QCOMPARE(formation.moments.size(), std::size_t(2));
    QCOMPARE(formation.tip, recorder.formation()->tip);
    const FormationMoment& head = *formation.moments[0];
    QCOMPARE(head.stage, std::string("First head"));
    QCOMPARE(head.picture.pixels.front(), 51 / 255.0F);
    const auto volume = small_volume(10);
    QVERIFY(head.volume->texels == volume->texels && head.volume->bricks == volume->bricks);
    QVERIFY(head.volume->hashes == volume->hashes && head.volume->samples == volume->samples);
    QVERIFY(head.volume->box.isApprox(volume->box, 1e-6F));
    // What begins a stage goes along; what stands inside one is too large to.
    QVERIFY(head.restart && !formation.moments[1]->restart);
    const auto* mark = dynamic_cast<const PipelineMark*>(loaded.formation.restart(head.id).get());
    QVERIFY(mark != nullptr);
    const Pipeline restored = mark->restored();
    QVERIFY(same_bits(restored.head(), first));
    QVERIFY(!restored.under_way());

    // A moment whose bricks do not fit is refused by name.
    const SafetensorsFile file(path);
    TensorMap tensors = load_tensors(file);
    tensors["formation.1.bricks"] = tensors["formation.1.bricks"] + 5;
    save_tensors(path + "x", tensors, file.metadata());
    QVERIFY_EXCEPTION_THROWN(load_project(path + "x"), Error);
    // So are volumes of no sensible place and size, and ids that cannot be counted on.
    const auto refuses = [&](const char* key, const nlohmann::json& value) {
      auto metadata = file.metadata();
      auto document = nlohmann::json::parse(metadata.at("formation"));
      document["moments"][1][key] = value;
      metadata["formation"] = document.dump();
      save_tensors(path + "y", load_tensors(file), metadata);
      try {
        load_project(path + "y");
      } catch (const Error& error) {
        return error.code() == ErrorCode::kCorrupt;
      }
      return false;
    };
    QVERIFY(refuses("samples", {4096, 16, 16}));
    QVERIFY(refuses("voxel", 1e39));
    QVERIFY(refuses("box_min", {1e39, 0, 0}));
    QVERIFY(refuses("id", std::uint64_t(-1)));
    QVERIFY(refuses("stage", 7));
  }

  // Bit for bit what the run that was not left comes to, and the journal says how.
  void going_on_from_a_mark_equals_going_on() {
    const Field first = tiny_head({0.6F, 0.5F, 0.4F});
    Pipeline pipeline(photo_of(tiny_head({0.8F, 0.3F, 0.2F}, 2)), first, 0,
                      std::make_shared<const Settings>(), 5);
    pipeline.begin_run();
    pipeline.set_plan(12);
    for (int i = 0; i < 4; ++i) pipeline.step();
    const auto mark = PipelineMark::of(pipeline);
    const Field then = pipeline.head().clone();
    for (int i = 0; i < 5; ++i) pipeline.step();
    for (int branch = 0; branch < 2; ++branch) {  // twice: the mark itself is not moved
      Pipeline again = mark->restored();
      QVERIFY(same_bits(again.head(), then));
      QCOMPARE(again.steps_taken(), 4);
      QCOMPARE(again.loss_history()->front().steps.size(), std::size_t(4));
      for (int i = 0; i < 5; ++i) again.step();
      QVERIFY(same_bits(again.head(), pipeline.head()));
    }
    // With other settings from there, another head, which its journal makes again.
    Pipeline other = mark->restored();
    Settings settings = other.settings();
    settings.set("photo_fit.hold_weight", 50.0);
    other.set_settings(std::make_shared<const Settings>(settings));
    for (int i = 0; i < 5; ++i) other.step();
    QVERIFY(!same_bits(other.head(), pipeline.head()));
    Pipeline replayed(other.photo(), first, 0, std::make_shared<const Settings>(), 0);
    replay(replayed, other.journal(), other.steps_taken());
    QVERIFY(same_bits(replayed.head(), other.head()));
  }

  void losses_of_all_stages_stay_and_are_thinned() {
    LossHistory history;
    QVERIFY(history.series() == nullptr);
    history.begin_stage(1);
    for (int step = 1; step <= 1500; ++step)
      history.record(step, step * 0.1, {{"total", step}, {"a", 1}});
    history.begin_stage(3);
    history.record(1, 160, {{"total", 7}});
    history.record_score(1, 160, "agreement", 0.25);
    const auto& series = *history.series();
    QCOMPARE(series.size(), std::size_t(4));
    QVERIFY(series[0].steps.size() < LossHistory::kPoints);
    QVERIFY(series[0].steps.size() > LossHistory::kPoints / 3);
    QVERIFY(series[0].steps.back() > 1490);
    QCOMPARE(series[0].seconds.size(), series[0].values.size());
    QCOMPARE(series[2].stage, 3);
    QVERIFY(series[3].score);
    const LossHistory again = LossHistory::from_json(history.to_json());
    QCOMPARE(again.to_json(), history.to_json());
    auto bad = history.to_json();
    bad["series"][0]["values"].push_back(1);
    QVERIFY_EXCEPTION_THROWN(LossHistory::from_json(bad), Error);
  }
};

QTEST_GUILESS_MAIN(FormationTest)
#include "formation_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "tests/pipeline/tiny_head.h"

#include "core/base/error.h"
#include "core/nn/torch_threads.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/step_plan.h"

#include <nlohmann/json.hpp>

#include <QtTest>

using namespace portrait;

class PipelineTest : public QObject {
  Q_OBJECT

  Field first_;
  PhotoInput photo_;

  static std::shared_ptr<const Settings> settings(double hold = 1) {
    Settings settings;
    settings.set("photo_fit.hold_weight", hold);
    return std::make_shared<const Settings>(settings);
  }
  Pipeline begun(int plan) const {
    Pipeline pipeline(photo_, first_, 0.5, settings(), 11);
    pipeline.begin_run();
    pipeline.set_plan(plan);
    return pipeline;
  }

 private Q_SLOTS:
  void initTestCase() {
    configure_torch_threads();
    first_ = tiny_head({0.6F, 0.5F, 0.4F});
    photo_ = photo_of(tiny_head({0.8F, 0.3F, 0.2F}, 2));
  }

  void names_its_stages() {
    const Pipeline pipeline(photo_, first_, 0.5, settings(), 11);
    QCOMPARE(pipeline.stages().size(), std::size_t(4));
    QCOMPARE(pipeline.stages()[0].state, StageState::kDone);
    QCOMPARE(pipeline.stages()[0].seconds, 0.5);
    QCOMPARE(pipeline.stages()[1].state, StageState::kWaiting);
    QCOMPARE(pipeline.stages()[2].state, StageState::kNotInstalled);
    QCOMPARE(pipeline.stages()[3].state, StageState::kNotInstalled);
    QVERIFY(same_bits(pipeline.head(), first_));
  }

  void runs_to_its_plan() {
    Pipeline pipeline = begun(5);
    int steps = 0;
    while (!pipeline.step().finished) ++steps;
    QCOMPARE(steps, 4);
    QCOMPARE(pipeline.stages()[1].state, StageState::kDone);
    QCOMPARE(pipeline.stages()[1].step, 5);
    QCOMPARE(pipeline.stages()[1].steps, 5);
    QVERIFY(!same_bits(pipeline.head(), first_));
    QVERIFY(same_bits(pipeline.first(), first_));
    QCOMPARE(pipeline.losses().front().first, std::string("total"));
    QCOMPARE(pipeline.loss_history()->front().steps.size(), std::size_t(5));
  }

  void a_budget_becomes_steps_in_the_journal() {
    Settings few;
    few.set("photo_fit.minutes", 0.05);
    few.set("photo_fit.steps_max", 4);
    Pipeline pipeline(photo_, first_, 0, std::make_shared<const Settings>(few), 1);
    pipeline.begin_run();
    pipeline.step();
    QCOMPARE(pipeline.journal().size(), std::size_t(2));
    QCOMPARE(pipeline.journal()[1].command, std::string("plan"));
    QCOMPARE(pipeline.journal()[1].argument["steps"].get<int>(), pipeline.stages()[1].steps);
  }

  void photo_fit_can_be_off() {
    Settings off;
    off.set("photo_fit", false);
    Pipeline pipeline(photo_, first_, 0, std::make_shared<const Settings>(off), 1);
    pipeline.begin_run();
    QVERIFY(pipeline.step().finished);
    QCOMPARE(pipeline.stages()[1].state, StageState::kSkipped);
    QVERIFY(same_bits(pipeline.head(), first_));
  }

  void begins_anew_from_the_first_head() {
    Pipeline pipeline = begun(3);
    while (!pipeline.step().finished) {
    }
    const Field once = pipeline.head().clone();
    pipeline.end_run();
    pipeline.begin_run();
    pipeline.set_plan(3);
    QVERIFY(same_bits(pipeline.head(), first_));
    while (!pipeline.step().finished) {
    }
    QVERIFY(same_bits(pipeline.head(), once));
  }

  void resumed_equals_uninterrupted() {
    Pipeline whole = begun(70);
    for (int i = 0; i < 55; ++i) whole.step();
    TensorMap tensors;
    nlohmann::json state;
    whole.save_to(tensors, state);
    for (auto& [name, tensor] : tensors) tensor = tensor.clone();
    Pipeline resumed = Pipeline::load(tensors, nlohmann::json::parse(state.dump()));
    QVERIFY(same_bits(resumed.head(), whole.head()));
    QVERIFY(resumed.under_way());
    QCOMPARE(resumed.steps_taken(), 55);
    // A given plan stays: revised by how long its steps took, as another is, the head would be
    // another one on a busy machine.
    TensorMap again;
    nlohmann::json resumed_state;
    resumed.save_to(again, resumed_state);
    QCOMPARE(resumed_state.at("given_plan").get<int>(), 70);
    for (int i = 0; i < 15; ++i) {
      whole.step();
      resumed.step();
    }
    QVERIFY(same_bits(resumed.head(), whole.head()));
    QCOMPARE(resumed.stages()[1].state, StageState::kDone);
    QVERIFY(resumed.journal() == whole.journal());
  }

  void a_journal_makes_the_same_head_again() {
    Pipeline pipeline = begun(30);
    for (int i = 0; i < 4; ++i) pipeline.step();
    pipeline.set_settings(settings(7));
    for (int i = 0; i < 5; ++i) pipeline.step();
    pipeline.end_run();
    QCOMPARE(pipeline.stages()[1].state, StageState::kStopped);
    const Journal journal = journal_from_json(journal_to_json(pipeline.journal()));
    Pipeline again(photo_, first_, 0, settings(), 999);
    replay(again, journal, pipeline.steps_taken());
    QVERIFY(same_bits(again.head(), pipeline.head()));
    QVERIFY(again.journal() == pipeline.journal());
    // The change mattered.
    Journal without = journal;
    std::erase_if(without, [](const JournalEntry& e) { return e.command == "settings"; });
    Pipeline other(photo_, first_, 0, settings(), 999);
    replay(other, without, pipeline.steps_taken());
    QVERIFY(!same_bits(other.head(), pipeline.head()));
  }

  // A plan that was changed on the way is part of the head, and of its journal.
  void a_plan_can_be_changed_on_the_way() {
    Pipeline pipeline = begun(30);
    for (int i = 0; i < 6; ++i) pipeline.step();
    pipeline.set_plan(10);
    QCOMPARE(pipeline.stages()[1].steps, 10);
    while (!pipeline.step().finished) {
    }
    QCOMPARE(pipeline.steps_taken(), 10);
    Pipeline again(photo_, first_, 0, settings(), 999);
    replay(again, journal_from_json(journal_to_json(pipeline.journal())), 10);
    QVERIFY(same_bits(again.head(), pipeline.head()));
    QVERIFY(again.journal() == pipeline.journal());
    Pipeline unchanged = begun(30);  // its learning rate falls more slowly
    for (int i = 0; i < 10; ++i) unchanged.step();
    QVERIFY(!same_bits(unchanged.head(), pipeline.head()));
  }

  void plans_are_revised_when_the_machine_is_not_what_it_was() {
    // Made at 0.2 s a step; a quarter of the 100 s is used up, and a step takes half as long.
    StepPlan plan{500, 150, 2000, 100, 24.9, 25.0, 0.1};
    QCOMPARE(revised_steps(plan).value_or(0), 150 + 750);
    plan.most = 600;
    QCOMPARE(revised_steps(plan).value_or(0), 600);
    plan.seconds_per_step = 0.4;
    QCOMPARE(revised_steps(plan).value_or(0), 150 + 187);
    plan.seconds_per_step = 75.0 / 350;  // as planned
    QVERIFY(!revised_steps(plan));
    plan.seconds_per_step = 0.1;
    plan.before = 25.0;  // between two looks
    plan.now = 25.1;
    QVERIFY(!revised_steps(plan));
    plan.before = 20;
    plan.now = 120;  // one step that took all that was left: one more
    QCOMPARE(revised_steps(plan).value_or(0), 151);
  }

  void damaged_journals_are_refused() {
    const auto refused = [](const nlohmann::json& json, const std::string& word) {
      try {
        journal_from_json(json);
      } catch (const Error& e) {
        return e.code() == ErrorCode::kCorrupt && e.message().find(word) != std::string::npos;
      }
      return false;
    };
    const auto entry = [](int step, const char* command) {
      return nlohmann::json{
          {"step", step}, {"command", command}, {"argument", nlohmann::json::object()}};
    };
    QVERIFY(refused("x", "not a list"));
    QVERIFY(refused({{{"step", 1}}}, "lacks"));
    QVERIFY(refused(nlohmann::json::array({entry(0, "explode")}), "explode"));
    QVERIFY(refused(nlohmann::json::array({entry(3, "begin"), entry(2, "end")}), "before"));
  }

  void looking_changes_nothing() {
    Pipeline a = begun(10);
    Pipeline b = begun(10);
    for (int i = 0; i < 6; ++i) {
      a.step();
      b.step();
      HeadView(b.head(), {}).picture(rig_camera({90, 0}), 16);
      measure_front(HeadView(b.head(), {}), photo_);
    }
    QVERIFY(same_bits(a.head(), b.head()));
  }
};

QTEST_GUILESS_MAIN(PipelineTest)
#include "pipeline_test.moc"

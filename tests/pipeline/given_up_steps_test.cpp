// SPDX-License-Identifier: Apache-2.0
// Steps that are given up in their middle and taken again: the head is that of a run without.
#include "core/nn/torch.h"

#include "core/base/interruption.h"
#include "core/pipeline/geometry_stage.h"
#include "core/pipeline/pipeline.h"
#include "tests/guidance/tiny_painter.h"
#include "tests/pipeline/tiny_head.h"

#include <QtTest>

#include <algorithm>
#include <memory>

using namespace portrait;

class GivenUpStepsTest : public QObject {
  Q_OBJECT

  Field first_ = tiny_head({0.8F, 0.3F, 0.2F});
  PhotoInput photo_ = photo_of(first_);
  std::shared_ptr<const DetailPainter> painter_ = tiny_painter();
  std::shared_ptr<const ViewDiffusion> diffusion_ = tiny_diffusion();

  Pipeline begun(const QString& stage) const {
    Settings settings;
    for (const char* other : {"photo_fit", "geometry", "detail"}) {
      settings.set(other, stage == other);
    }
    settings.set("photo_fit.steps_max", std::int64_t(4));
    settings.set("geometry.steps", std::int64_t(3));
    settings.set("geometry.size", std::int64_t(64));
    settings.set("detail.iterations", std::int64_t(2));
    settings.set("detail.inner_steps", std::int64_t(2));
    settings.set("detail.viewpoints", std::string("30,0 90,0"));
    settings.set("detail.size", std::int64_t(64));
    settings.set("render.coarse_samples", std::int64_t(12));
    settings.set("render.fine_samples", std::int64_t(8));
    Pipeline pipeline(photo_, first_, 0, std::make_shared<const Settings>(settings), 4);
    PlaneUNetConfig planes;
    planes.widths = {8, 16};
    pipeline.set_sources({[this, planes] {
                            return GeometryNetworks{diffusion_, make_plane_unet({}, planes)};
                          },
                          [this] { return painter_; },
                          {}});
    pipeline.begin_run();
    pipeline.set_plan(4);
    return pipeline;
  }

  // Whether it came to its end within so many questions.
  static bool step_within(Pipeline& pipeline, int questions, bool& finished) {
    int asked = 0;
    try {
      const Interruptible scope([&] { return ++asked > questions; });
      finished = pipeline.step().finished;
      return true;
    } catch (const Interrupted&) {
      return false;
    }
  }

 private Q_SLOTS:
  void taken_again_they_come_to_the_same_data() {
    QTest::addColumn<QString>("stage");
    for (const char* stage : {"photo_fit", "geometry", "detail"}) QTest::newRow(stage) << stage;
  }
  void taken_again_they_come_to_the_same() {
    QFETCH(const QString, stage);
    Pipeline whole = begun(stage);
    while (!whole.step().finished) {
    }
    Pipeline disturbed = begun(stage);
    int given_up = 0, steps = 0;
    for (bool finished = false; !finished; ++steps) {
      // Ever later in the step, until it is through.
      int questions = steps % 3;
      while (!step_within(disturbed, questions, finished)) {
        ++given_up;
        questions = questions * 3 / 2 + 1;
      }
    }
    QCOMPARE(steps, whole.steps_taken());
    QCOMPARE(disturbed.steps_taken(), whole.steps_taken());
    QVERIFY2(given_up >= 4 * steps, qPrintable(QString::number(given_up)));
    QVERIFY(same_bits(disturbed.head(), whole.head()));
    QVERIFY(!same_bits(disturbed.head(), first_));
    QCOMPARE(disturbed.losses(), whole.losses());
    QCOMPARE(disturbed.journal().size(), whole.journal().size());
  }

  // Nothing of what was given up is seen: the run ends with the head of the last whole step.
  void a_run_can_end_there_data() { taken_again_they_come_to_the_same_data(); }
  void a_run_can_end_there() {
    QFETCH(const QString, stage);
    Pipeline pipeline = begun(stage);
    bool finished = false;
    QVERIFY(!step_within(pipeline, 0, finished));  // while the stage comes up
    QVERIFY(same_bits(pipeline.head(), first_));
    pipeline.step();
    pipeline.step();
    const Field before = pipeline.head().clone();
    QVERIFY(!step_within(pipeline, 4, finished));
    QVERIFY(same_bits(pipeline.head(), before));
    pipeline.end_run();
    QVERIFY(same_bits(pipeline.head(), before));
    const auto& stages = pipeline.stages();
    QVERIFY(std::any_of(stages.begin(), stages.end(),
                        [](const StageInfo& s) { return s.state == StageState::kStopped; }));
  }
};

QTEST_GUILESS_MAIN(GivenUpStepsTest)
#include "given_up_steps_test.moc"

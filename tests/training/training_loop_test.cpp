// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/training/batches_ahead.h"
#include "core/training/training_loop.h"

#include <QtTest>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <limits>
#include <set>
#include <utility>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

constexpr double kA = 3;
constexpr double kB = -2;

// y = a x + b from noisy samples: everything about it is known.
class LineTask : public TrainingTask {
 public:
  explicit LineTask(int batch) : batch_(batch) {}

  std::vector<Adam::Group> parameters() override { return {{{{"a", a_}, {"b", b_}}, 1}}; }
  TensorMap constants() override { return {{"unit", at::ones({2})}}; }

  Tensor loss(TrainingStep& step) override {
    RandomStream random(step.key("line"));
    const Tensor x = at::empty({batch_});
    random.fill_normal({x.data_ptr<float>(), std::size_t(batch_)});
    keys_.push_back(step.key("line").step);
    const Tensor error = (a_ * x + b_ - (kA * x + kB)).pow(2).mean();
    step.note("error", error);
    const bool broken = broken_.count(step.index()) != 0;
    return broken ? error * std::numeric_limits<float>::quiet_NaN() : error;
  }

  TrainingValues validate(const TensorMap& averaged) override {
    grad_mode_ = at::GradMode::is_enabled();
    return {{"a", averaged.at("a").item<double>()}};
  }
  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    saved_ = averaged;
    samples_ = samples_seen;
  }
  std::int64_t samples_before() const override { return 1000; }

  int batch_;
  Tensor a_ = at::zeros({1});
  Tensor b_ = at::zeros({1});
  std::vector<std::uint32_t> keys_;
  std::set<std::int64_t> broken_;
  TensorMap saved_;
  std::int64_t samples_ = 0;
  bool grad_mode_ = true;
};

class ProductTask : public TrainingTask {
 public:
  std::vector<Adam::Group> parameters() override { return {{{{"w", w_}}, 1}}; }
  Tensor loss(TrainingStep&) override {
    const Tensor product = at::matmul(at::ones({4, 8}), w_);
    product_type_ = product.scalar_type();
    return (product.to(at::kFloat) - 1).pow(2).mean();
  }
  TrainingValues validate(const TensorMap&) override { return {}; }
  void save_weights(const TensorMap&, std::int64_t) override {}
  Tensor w_ = at::zeros({8, 4});
  at::ScalarType product_type_ = at::kFloat;
};

}  // namespace

class TrainingLoopTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  TrainingRun run(const char* name, std::int64_t steps) const {
    TrainingRun run;
    run.out = fs::path(folder_.path().toStdString()) / name;
    run.steps = steps;
    run.batch = 16;
    run.learning_rate = 0.05;
    return run;
  }
  // Without a fall over the run, a run in two parts takes the same steps as one.
  static TrainingSchedule even() { return {.final_rate = 1}; }

 private Q_SLOTS:
  void the_line_is_found_and_reported() {
    LineTask task(16);
    TrainingRun options = run("line", 600);
    options.report_seconds = 0;
    options.validation_seconds = 1e9;
    std::vector<TrainingReport> reports;
    run_training(task, options, {}, [&](const TrainingReport& r) { reports.push_back(r); });
    QCOMPARE(reports.size(), std::size_t{601});
    QVERIFY(std::abs(task.saved_.at("a").item<double>() - kA) < 0.05);
    QVERIFY(std::abs(task.saved_.at("b").item<double>() - kB) < 0.05);
    QCOMPARE(task.saved_.count("unit"), std::size_t{1});
    QCOMPARE(reports.back().samples_seen, std::int64_t{1000 + 600 * 16});
    QCOMPARE(task.samples_, reports.back().samples_seen);
    QVERIFY(reports[0].values.count("a") == 0);  // validation is not due
    QVERIFY(reports.back().values.count("a") == 1);
    QVERIFY(!task.grad_mode_);
    QVERIFY(reports[500].values.at("error") < 0.1 * reports[0].values.at("error"));
    QVERIFY(reports[300].minutes_left > 0 && reports.back().minutes_left == 0);
    QVERIFY(reports.back().samples_per_second > 0);
  }

  void a_run_that_stopped_goes_on_as_if_it_had_not() {
    LineTask whole(16);
    run_training(whole, run("whole", 40), even(), {});
    LineTask first(16);
    run_training(first, run("parts", 25), even(), {});
    LineTask second(16);
    TrainingRun rest = run("parts", 15);
    rest.resume = true;
    run_training(second, rest, even(), {});
    QVERIFY(at::equal(second.a_, whole.a_));
    QVERIFY(at::equal(second.b_, whole.b_));
    QVERIFY(at::equal(second.saved_.at("a"), whole.saved_.at("a")));
    QCOMPARE(second.samples_, whole.samples_);
    QCOMPARE(second.keys_.front(), std::uint32_t{25});
  }

  void the_learning_rate_rises_and_falls() {
    // Adam's first step is the learning rate itself, whatever the gradient.
    LineTask task(16);
    TrainingSchedule schedule;
    schedule.warm_up_steps = 10;
    run_training(task, run("rate", 1), schedule, {});
    QVERIFY(std::abs(task.a_.item<double>() - 0.05 / 10) < 1e-5);
  }

  void a_step_that_is_not_finite_is_left_out() {
    LineTask clean(16);
    LineTask task(16);
    task.broken_ = {3, 4};
    run_training(task, run("broken", 30), even(), {});
    QVERIFY(std::isfinite(task.a_.item<double>()));
    QVERIFY(task.a_.item<double>() > 0.1);
    // At the step itself nothing moves.
    LineTask before(16);
    before.broken_ = {1};
    run_training(before, run("before", 2), even(), {});
    run_training(clean, run("clean", 1), even(), {});
    QVERIFY(at::equal(before.a_, clean.a_));
  }

  void a_run_of_them_ends_the_training() {
    LineTask task(16);
    for (int i = 5; i < 30; ++i) task.broken_.insert(i);
    try {
      run_training(task, run("hopeless", 30), even(), {});
      QFAIL("no exception");
    } catch (const Error& e) {
      QCOMPARE(e.code(), ErrorCode::kNumerical);
      QVERIFY(std::isfinite(task.a_.item<double>()));
    }
  }

  void a_checkpoint_of_another_network_is_refused_by_name() {
    LineTask line(16);
    run_training(line, run("other", 1), even(), {});
    ProductTask product;
    TrainingRun options = run("other", 1);
    options.resume = true;
    try {
      run_training(product, options, even(), {});
      QFAIL("no exception");
    } catch (const Error& e) {
      QCOMPARE(e.code(), ErrorCode::kCorrupt);
      QVERIFY2(e.message().find("\"w\"") != std::string::npos, e.what());
    }
  }

  void nothing_to_resume_is_said() {
    LineTask task(16);
    TrainingRun options = run("nothing", 1);
    options.resume = true;
    QVERIFY_THROWS_EXCEPTION(Error, run_training(task, options, even(), {}));
  }

  void mixed_precision_multiplies_in_bfloat16_and_ends_with_the_step() {
    ProductTask task;
    TrainingRun options = run("mixed", 60);
    options.mixed_precision = true;
    run_training(task, options, even(), {});
    QCOMPARE(task.product_type_, at::kBFloat16);
    QCOMPARE(at::matmul(at::ones({2, 2}), at::ones({2, 2})).scalar_type(), at::kFloat);
    QVERIFY(std::abs(task.w_.sum().item<double>() / 4 - 1) < 0.05);
  }

  // Nothing is worked on there, but drawing ahead does not ask what the device is.
  void batches_drawn_ahead_are_those_of_their_steps() {
    const auto number = [](const TrainingStep& step) {
      return std::pair{step.index(), RandomStream(step.key("test")).uniform()};
    };
    BatchesAhead<std::pair<std::int64_t, double>> here(at::kCPU, number);
    std::atomic<int> drawn = 0;
    BatchesAhead<std::pair<std::int64_t, double>> ahead(at::kMeta, [&](const TrainingStep& step) {
      ++drawn;
      return number(step);
    });
    for (const std::int64_t index : {4, 5, 6, 7, 20, 21}) {  // a step back or ahead begins anew
      const TrainingStep step(3, index, 0.5);
      QVERIFY(here.next(step) == number(step));
      QVERIFY(ahead.next(step) == number(step));
    }
    QVERIFY(drawn > 6);
  }

  void a_stop_saves() {
    LineTask task(16);
    std::stop_source source;
    TrainingRun options = run("stopped", 1000);
    options.report_seconds = 0;
    run_training(task, options, even(), [&](const TrainingReport& r) {
      if (r.step == 7) source.request_stop();
    }, source.get_token());
    QCOMPARE(task.samples_, std::int64_t{1000 + 7 * 16});
    QVERIFY(fs::exists(options.out / "checkpoint.safetensors"));
  }
};

QTEST_GUILESS_MAIN(TrainingLoopTest)
#include "training_loop_test.moc"

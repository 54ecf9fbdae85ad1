// SPDX-License-Identifier: Apache-2.0
// Views whose target is the artist's: what the detail stage and the pipeline make of them.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/pipeline/detail_stage.h"
#include "core/pipeline/pipeline.h"
#include "core/project/pipeline_mark.h"
#include "core/project/project_file.h"
#include "tests/guidance/tiny_painter.h"
#include "tests/pipeline/tiny_head.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

#include <functional>
#include <memory>

using namespace portrait;

namespace {

constexpr int kParts = 5;  // the photo and four views

Settings small_settings(int inner_steps = 1, const char* ring = "0,0 30,0 60,0 -30,0") {
  Settings settings;
  settings.set("photo_fit", false);
  settings.set("detail.iterations", std::int64_t(3));
  settings.set("detail.views_per_iteration", std::int64_t(13));
  settings.set("detail.inner_steps", std::int64_t(inner_steps));
  settings.set("detail.random_views", std::int64_t(0));
  settings.set("detail.lock_steps", std::int64_t(1));
  settings.set("detail.viewpoints", std::string(ring));
  settings.set("detail.size", std::int64_t(64));
  settings.set("render.coarse_samples", std::int64_t(12));
  settings.set("render.fine_samples", std::int64_t(8));
  return settings;
}

// A square of one colour in the middle of plain grey, opaque or with the grey left out.
Image painted(std::array<float, 3> colour, bool opaque = true) {
  Image picture(64, 64, 4);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      const bool inside = std::abs(x - 31.5) < 12 && std::abs(y - 31.5) < 12;
      float* p = picture.at(x, y);
      for (int c = 0; c < 3; ++c) p[c] = inside ? colour[std::size_t(c)] : 0.5F;
      p[3] = inside || opaque ? 1.0F : 0.0F;
    }
  }
  return picture;
}

ViewLock lock_of(const Viewpoint& viewpoint, const Image& picture, const char* name = "a.png") {
  return {viewpoint, ArtistPicture::of(picture), name};
}

const std::array<float, 3> kGreen{0.1F, 0.9F, 0.2F};

}  // namespace

class LockedViewTest : public QObject {
  Q_OBJECT

  Field first_ = tiny_head({0.8F, 0.3F, 0.2F});
  PhotoInput photo_ = photo_of(first_);
  std::shared_ptr<const DetailPainter> painter_ = tiny_painter();

  std::unique_ptr<DetailStage> stage(const Settings& settings, const ViewLocks& locks,
                                     Field head = {}) const {
    return std::make_unique<DetailStage>(head.planes.defined() ? head : first_.clone(),
                                         PhotoTarget(photo_), painter_, 4, settings, locks);
  }

  Pipeline fresh(const Settings& settings) const {
    Pipeline pipeline(photo_, first_, 0, std::make_shared<const Settings>(settings), 4);
    pipeline.set_sources({{}, [this] { return painter_; }, {}});
    return pipeline;
  }

  static void run(Pipeline& pipeline, int steps = 1 << 20) {
    for (int i = 0; i < steps && !pipeline.step().finished;) ++i;
  }

  Field replayed(const Pipeline& of) const {
    Pipeline again = fresh(Settings());
    again.add_pictures(of.pictures());
    replay(again, journal_from_json(journal_to_json(of.journal())), of.steps_taken());
    return again.head().clone();
  }

  // Mean squared error of what the head shows there, within the square.
  static double off(const Field& head, const Viewpoint& from, std::array<float, 3> colour) {
    const Tensor rgba = tensor_of_image(HeadView(head, {}).picture(rig_camera(from), 16).rgba);
    const Tensor seen = (rgba.narrow(0, 0, 3) - 0.5) * rgba.narrow(0, 3, 1) + 0.5;
    const Tensor wanted = at::tensor({colour[0], colour[1], colour[2]}).reshape({3, 1, 1});
    return (seen - wanted).narrow(1, 22, 20).narrow(2, 22, 20).square().mean().item<double>();
  }

 private Q_SLOTS:
  void it_is_not_painted_and_keeps_no_score() {
    const auto detail = stage(small_settings(), {lock_of({30, 0}, painted(kGreen))});
    for (int part = 0; part < kParts; ++part) detail->step();
    QCOMPARE(detail->step_count(), 1);
    const DetailStage::View first = detail->views()[1];
    QVERIFY(!first.locked.empty());
    QCOMPARE(first.painted, 0);
    QCOMPARE(first.looks, 1);
    // All of it is the target, colours and outlines: nothing is reduced.
    const Tensor whole = tensor_of_image(painted(kGreen)).narrow(0, 0, 3);
    QVERIFY((first.memory.target - whole).abs().max().item<double>() < 1.0 / 255);
    QVERIFY(first.loss > 0 && first.gradient_norm > 0);
    for (int part = 0; part < 2 * kParts; ++part) detail->step();
    QVERIFY(detail->finished());
    const DetailStage::View& last = detail->views()[1];
    QCOMPARE(last.memory.judged, 0);
    QVERIFY(at::equal(last.memory.target, first.memory.target));
    QVERIFY(at::equal(last.memory.anchor, first.memory.anchor));
    QCOMPARE(detail->views()[2].memory.judged, 2);
  }

  void the_head_comes_to_it() {
    const auto after = [&](const ViewLocks& locks, double weight) {
      Settings settings = small_settings(6);
      settings.set("detail.lock_weight", weight);
      Field head = first_.clone();
      const auto detail = stage(settings, locks, head);
      while (!detail->finished()) detail->step();
      return head;
    };
    const ViewLocks locks{lock_of({60, 0}, painted(kGreen))};
    const double without = off(after({}, 4), {60, 0}, kGreen);
    const double with = off(after(locks, 4), {60, 0}, kGreen);
    const double idle = off(after(locks, 0), {60, 0}, kGreen);
    const QString figures = QString("%1 %2 %3").arg(without).arg(with).arg(idle);
    QVERIFY2(with < 0.6 * without, qPrintable(figures));
    QVERIFY2(with < 0.7 * idle, qPrintable(figures));
  }

  void where_it_is_transparent_it_asks_nothing() {
    Image nothing = painted(kGreen);
    for (std::size_t i = 3; i < nothing.pixels.size(); i += 4) nothing.pixels[i] = 0;
    const auto silent = stage(small_settings(), {lock_of({30, 0}, nothing)});
    for (int part = 0; part < kParts; ++part) silent->step();
    QCOMPARE(silent->views()[1].gradient_norm, 0.0);
    QVERIFY(silent->views()[1].memory.target.defined());  // the render: it drives all the same

    const auto partly = stage(small_settings(), {lock_of({30, 0}, painted(kGreen, false))});
    for (int part = 0; part < kParts; ++part) partly->step();
    const DetailStage::View& view = partly->views()[1];
    QVERIFY(view.gradient_norm > 0);
    // Green in the square, beside it what the head showed.
    QVERIFY(view.memory.target[1][32][32].item<float>() > 0.89F);
    const Tensor beside = view.memory.target.narrow(2, 0, 16);
    const Tensor shown = at::upsample_nearest2d(view.render.unsqueeze(0), {64, 64})[0];
    QVERIFY((beside - shown.narrow(2, 0, 16)).abs().mean().item<double>() < 0.1);
  }

  // Plain grey is to be empty, paint solid; what is close to grey is told by its colour alone.
  void what_is_asked_of_the_opacity() {
    const Tensor opacity = at::full({16, 16}, 0.5);
    const LockedTarget target(*ArtistPicture::of(painted(kGreen)), 64, 16, at::kCPU);
    ViewGraphOptions options;
    options.width = 16;
    options.coarse = options.fine = 8;
    Field head = first_.clone();
    head.requires_grad(true);
    const ViewGraph graph(head, rig_camera({0, 0}), options);
    double loss = 0;
    const PictureGradient gradient = target.with_solidity({}, graph, 1, loss);
    const Tensor wanted = (graph.opacity() - gradient.opacity * (256 / 2.0));
    QVERIFY(std::abs(wanted[8][8].item<double>() - 1) < 1e-5);
    QVERIFY(std::abs(wanted[1][1].item<double>()) < 1e-5);
    // At the outline nothing is said.
    QCOMPARE(gradient.opacity[5][8].item<double>(), 0.0);
    QVERIFY(loss > 0);
  }

  void those_that_it_drives_are_told_of_it() {
    const auto plain = stage(small_settings(), {});
    const auto locked = stage(small_settings(), {lock_of({30, 0}, painted(kGreen))});
    for (int part = 0; part < kParts; ++part) {
      plain->step();
      locked->step();
    }
    const DetailStage::View& told = locked->views()[2];  // 60, driven by 30
    QCOMPARE(told.rig.driver, 1);
    const auto green = [](const Tensor& reference) {
      return (reference[1] - (reference[0] + reference[2]) / 2).mean().item<double>();
    };
    QVERIFY(green(told.reference) > green(plain->views()[2].reference) + 0.02);
    // -30 is driven by the front, which is as it was but for the jitter of what it keeps.
    const Tensor other = locked->views()[3].reference - plain->views()[3].reference;
    QVERIFY(other.abs().mean().item<double>() < 0.005);
  }

  void it_counts_in_every_iteration_whoever_has_its_turn() {
    Settings settings = small_settings(2);
    settings.set("detail.views_per_iteration", std::int64_t(1));
    settings.set("detail.iterations", std::int64_t(4));
    settings.set("detail.lock_steps", std::int64_t(3));
    const auto detail = stage(settings, {lock_of({-30, 0}, painted(kGreen))});
    // All; then the photo, the one in turn and the locked one, together and one by one, the locked
    // one with three steps.
    for (int part = 0; part < kParts + 5; ++part) detail->step();
    QCOMPARE(detail->step_count(), 1);
    for (int iteration = 2; iteration <= 4; ++iteration) {
      for (int part = 0; part < 3 + 5; ++part) detail->step();
      QCOMPARE(detail->step_count(), iteration);
      QCOMPARE(detail->views()[3].looks, iteration);
    }
    for (int v = 0; v < 3; ++v) QCOMPARE(detail->views()[std::size_t(v)].painted, 2);
  }

  void unlocked_it_is_painted_anew() {
    const auto detail = stage(small_settings(), {lock_of({30, 0}, painted(kGreen))});
    for (int part = 0; part < kParts + 1; ++part) detail->step();
    const Tensor artists = detail->views()[1].memory.target;
    detail->take_locks({});
    for (int part = 0; part < kParts - 1; ++part) detail->step();  // the one under way is the old
    QCOMPARE(detail->step_count(), 2);
    QVERIFY(detail->views()[1].locked.empty());
    QVERIFY(!detail->views()[1].memory.target.defined());
    for (int part = 0; part < kParts; ++part) detail->step();
    QCOMPARE(detail->views()[1].painted, 1);
    QVERIFY(!at::equal(detail->views()[1].memory.target, artists));
  }

  void alone_or_muted_or_in_no_ring() {
    // All views locked: nothing is left to paint.
    Settings one = small_settings(2, "0,0");
    const auto alone = stage(one, {lock_of({0, 0}, painted(kGreen))});
    while (!alone->finished()) alone->step();
    QCOMPARE(alone->views()[0].painted, 0);
    // Muted it pulls at nothing, and drives as any muted view does.
    const auto muted =
        stage(small_settings(1, "0,0 30,0,0 60,0"), {lock_of({30, 0}, painted(kGreen))});
    const auto plain = stage(small_settings(1, "0,0 30,0,0 60,0"), {});
    for (int part = 0; part < 3; ++part) {
      muted->step();
      plain->step();
    }
    QVERIFY(at::equal(muted->views()[2].memory.target, plain->views()[2].memory.target));
    // Of a viewpoint that the ring has not, a lock waits until it comes.
    Settings ring = small_settings();
    const auto waiting = stage(ring, {lock_of({90, 0}, painted(kGreen))});
    for (int part = 0; part < kParts; ++part) waiting->step();
    for (const DetailStage::View& view : waiting->views()) QVERIFY(view.locked.empty());
    ring.set("detail.viewpoints", std::string("0,0 30,0 60,0 90,0"));
    waiting->take_live(ring);
    for (int part = 0; part < kParts; ++part) waiting->step();
    QVERIFY(!waiting->views()[3].locked.empty());
  }

  // Locked before the run, again while it goes on, and unlocked: the journal makes the same head.
  void a_run_is_replayed_with_its_pictures() {
    Pipeline one = fresh(small_settings(2));
    one.lock_view(lock_of({30, 0}, painted(kGreen)));
    QVERIFY(one.journal().empty());
    one.begin_run();
    run(one, 7);
    one.lock_view(lock_of({60, 0}, painted({0.1F, 0.2F, 0.9F})));
    one.lock_view(lock_of({60, 0}, painted({0.9F, 0.2F, 0.9F})));  // the last one alone acts
    run(one, 8);
    one.unlock_view({30, 0});
    one.unlock_view({30, 0});
    run(one);
    QCOMPARE(one.stages()[3].state, StageState::kDone);
    std::vector<std::string> commands;
    for (const JournalEntry& entry : one.journal()) commands.push_back(entry.command);
    QCOMPARE(commands, (std::vector<std::string>{"begin", "lock", "unlock"}));
    QVERIFY(same_bits(replayed(one), one.head()));
    Pipeline without = fresh(small_settings(2));
    without.begin_run();
    run(without);
    QVERIFY(!same_bits(without.head(), one.head()));
    // Without the pictures it is refused, not made otherwise.
    Pipeline poor = fresh(Settings());
    try {
      replay(poor, one.journal(), one.steps_taken());
      QFAIL("replayed without its pictures");
    } catch (const Error& error) {
      QCOMPARE(error.code(), ErrorCode::kCorrupt);
    }
    // A lock outlives the run: the next one begins with it.
    one.end_run();
    one.begin_run();
    QCOMPARE(one.journal().front().argument.at("locks").size(), std::size_t(1));
  }

  void saved_in_the_middle_it_goes_on_as_if_nothing_had_been_data() {
    QTest::addColumn<int>("before");
    QTest::newRow("before the stage") << 0;
    QTest::newRow("between two views") << kParts + kParts + 2;
    QTest::newRow("on what was kept") << kParts + 3;
  }
  void saved_in_the_middle_it_goes_on_as_if_nothing_had_been() {
    QFETCH(const int, before);
    QTemporaryDir folder;
    const auto play = [&](bool reopen) {
      auto pipeline = std::make_unique<Pipeline>(fresh(small_settings(2)));
      pipeline->begin_run();
      pipeline->lock_view(lock_of({60, 0}, painted(kGreen)));
      run(*pipeline, before);
      pipeline->lock_view(lock_of({30, 0}, painted(kGreen, false)));
      run(*pipeline, 1);
      if (reopen) {
        const std::string path = folder.filePath("x.portrait").toStdString();
        save_project(path, *pipeline, {});
        pipeline = load_project(path).pipeline;
        if (pipeline->locks().size() != 2) return std::unique_ptr<Pipeline>();
        pipeline->set_sources({{}, [this] { return painter_; }, {}});
        // What is said now is behind in steps of what the journal holds already.
        pipeline->lock_view(lock_of({-30, 0}, painted({0.2F, 0.2F, 0.9F})));
        save_project(path, *pipeline, {});
        pipeline = load_project(path).pipeline;
        pipeline->set_sources({{}, [this] { return painter_; }, {}});
      } else {
        pipeline->lock_view(lock_of({-30, 0}, painted({0.2F, 0.2F, 0.9F})));
      }
      run(*pipeline);
      return pipeline;
    };
    const auto never = play(false);
    const auto opened = play(true);
    QVERIFY(opened != nullptr);
    QVERIFY(same_bits(never->head(), opened->head()));
    QVERIFY(same_bits(replayed(*opened), opened->head()));
  }

  void a_restart_point_brings_its_locks_along() {
    Pipeline pipeline = fresh(small_settings(2));
    pipeline.begin_run();
    pipeline.lock_view(lock_of({30, 0}, painted(kGreen)));
    run(pipeline, kParts + 2);
    const auto mark = PipelineMark::of(pipeline);
    pipeline.unlock_view({30, 0});
    run(pipeline);
    Pipeline back = mark->restored();
    QCOMPARE(back.locks().size(), std::size_t(1));
    QCOMPARE(back.locks()[0].name, std::string("a.png"));
    back.set_sources({{}, [this] { return painter_; }, {}});
    back.set_locks(pipeline.locks());  // as the artist has them now
    QCOMPARE(back.journal().back().command, std::string("unlock"));
    run(back);
    QVERIFY(same_bits(back.head(), pipeline.head()));
  }

  void damaged_pictures_are_refused() {
    Pipeline pipeline = fresh(small_settings());
    pipeline.lock_view(lock_of({30, 0}, painted(kGreen)));
    TensorMap tensors;
    nlohmann::json state;
    pipeline.save_to(tensors, state);
    const std::string name = "artist." + pipeline.locks()[0].picture->id;
    QVERIFY(tensors.count(name) == 1);
    const auto refused = [&](const std::function<void(TensorMap&)>& change) {
      TensorMap changed = tensors;
      change(changed);
      try {
        Pipeline::load(changed, state);
      } catch (const Error& error) {
        return error.code() == ErrorCode::kCorrupt;
      }
      return false;
    };
    QVERIFY(refused([&](TensorMap& map) { map.erase(name); }));
    QVERIFY(refused([&](TensorMap& map) { map[name] = at::zeros({64, 64, 4}, at::kByte); }));
    QVERIFY(refused([&](TensorMap& map) { map[name] = at::zeros({64, 32, 4}, at::kByte); }));
    QVERIFY_EXCEPTION_THROWN(ArtistPicture::of(Image(64, 65, 3)), Error);
    QVERIFY_EXCEPTION_THROWN(ArtistPicture::of(Image(32, 32, 3)), Error);
  }
};

QTEST_GUILESS_MAIN(LockedViewTest)
#include "locked_view_test.moc"

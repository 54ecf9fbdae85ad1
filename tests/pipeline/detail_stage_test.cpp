// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/guidance/solidity_loss.h"
#include "core/nn/blur.h"
#include "core/pipeline/detail_stage.h"
#include "core/pipeline/geometry_stage.h"
#include "core/pipeline/pipeline.h"
#include "tests/guidance/tiny_painter.h"
#include "tests/pipeline/tiny_head.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <cmath>
#include <functional>
#include <memory>

using namespace portrait;

namespace {

// Small enough for a test: few samples, three iterations.
Settings small_settings() {
  Settings settings;
  settings.set("photo_fit", false);
  settings.set("detail", true);
  settings.set("detail.iterations", std::int64_t(3));
  settings.set("detail.views_per_iteration", std::int64_t(13));
  settings.set("detail.inner_steps", std::int64_t(1));
  settings.set("detail.size", std::int64_t(64));
  settings.set("render.coarse_samples", std::int64_t(12));
  settings.set("render.fine_samples", std::int64_t(8));
  return settings;
}

}  // namespace

class DetailStageTest : public QObject {
  Q_OBJECT

  Field first_ = with_surface(tiny_head({0.8F, 0.3F, 0.2F}));
  PhotoInput photo_ = photo_of(first_);
  std::shared_ptr<const DetailPainter> painter_ = tiny_painter();

  static Field with_surface(Field head) {
    head.detail = blank_surface_detail();
    return head;
  }

  std::unique_ptr<DetailStage> stage(const Settings& settings = small_settings(),
                                     std::uint64_t seed = 4) const {
    return std::make_unique<DetailStage>(first_.clone(), PhotoTarget(photo_), painter_, seed,
                                         settings);
  }

  Pipeline begun(const Settings& settings = small_settings()) const {
    Pipeline pipeline(photo_, first_, 0, std::make_shared<const Settings>(settings), 4);
    pipeline.set_sources({{}, [this] { return painter_; }, {}});
    pipeline.begin_run();
    return pipeline;
  }

  static int run(Pipeline& pipeline, int steps = 1 << 20) {
    int taken = 0;
    while (taken < steps) {
      ++taken;
      if (pipeline.step().finished) break;
    }
    return taken;
  }

 private Q_SLOTS:
  void an_iteration_is_done_in_parts_and_moves_the_head_once() {
    const auto detail = stage();
    int changes = 0;
    // The photo, 13 views, one in between, the update with the last of them.
    for (int part = 0; part < 15; ++part) {
      QCOMPARE(detail->step_count(), 0);
      const StageResult result = detail->step();
      changes += result.head_changed;
      QCOMPARE(!result.losses.terms.empty(), part == 14);
    }
    QCOMPARE(changes, 1);
    QCOMPARE(detail->step_count(), 1);
    QCOMPARE(detail->parts_done(), 0);
    for (const DetailStage::View& view : detail->views()) {
      QVERIFY(view.memory.target.defined());
      QCOMPARE(view.memory.target.sizes(), at::IntArrayRef({3, 64, 64}));
      QCOMPARE(view.memory.judged, 0);
      QVERIFY(std::isfinite(view.loss) && view.loss > 0);
    }
    for (int part = 0; part < 15; ++part) detail->step();
    for (const DetailStage::View& view : detail->views()) QCOMPARE(view.memory.judged, 1);
  }

  // Whatever is painted far from the head is not there.
  void targets_are_empty_far_from_the_head() {
    const auto detail = stage();
    for (int part = 0; part < 15; ++part) detail->step();
    for (const DetailStage::View& view : detail->views()) {
      const Tensor& target = view.memory.target;
      // What is left of a colour is at most the opacity within three rays of it.
      const Tensor near = at::max_pool2d(view.surface.opacity.unsqueeze(0), 7, 1, 3);
      const Tensor most =
          at::upsample_nearest2d(near.unsqueeze(0) / 2, {target.size(1), target.size(2)})[0];
      QVERIFY(((target - 0.5).abs() <= most + 1e-5).all().item<bool>());
      QVERIFY(most.min().item<double>() < 0.1);
      QVERIFY(((target - 0.5).abs().amax() > 0.1).item<bool>());
    }
  }

  // The chain (13): what a view shares with its driver, it has the driver's noise for.
  void anchors_come_along_the_chain() {
    const auto detail = stage();
    for (int part = 0; part < 15; ++part) detail->step();
    const auto shared = [&](int a, int b) {
      const Tensor x = detail->views()[std::size_t(a)].memory.anchor;
      const Tensor y = detail->views()[std::size_t(b)].memory.anchor;
      int common = 0;
      const Tensor first = x[0].reshape({-1}), second = y[0].reshape({-1});
      for (std::int64_t i = 0; i < first.size(0); ++i) {
        common += (second == first[i]).any().item<bool>();
      }
      return common;
    };
    QVERIFY(shared(0, 1) > 4);  // of 64, the ball covers some twenty
    Settings settings = small_settings();
    settings.set("noise.mode", std::string("fixed"));
    const auto apart = stage(settings);
    for (int part = 0; part < 15; ++part) apart->step();
    const Tensor x = apart->views()[0].memory.anchor;
    const Tensor y = apart->views()[1].memory.anchor;
    QVERIFY(std::abs((x * y).mean().item<double>()) < 0.3);
    QVERIFY(!at::isin(x, y).any().item<bool>());
  }

  void fixed_noise_stays_and_random_noise_does_not_judge() {
    for (const char* mode : {"fixed", "random", "anchor"}) {
      Settings settings = small_settings();
      settings.set("noise.mode", std::string(mode));
      const auto detail = stage(settings);
      for (int part = 0; part < 15; ++part) detail->step();
      const Tensor anchor = detail->views()[3].memory.anchor;
      for (int part = 0; part < 15; ++part) detail->step();
      QVERIFY(at::equal(anchor, detail->views()[3].memory.anchor));
      QCOMPARE(detail->views()[3].memory.judged, 0);
    }
  }

  // A target that does not move draws the head to itself: more steps on it come nearer.
  void steps_on_kept_targets_bring_the_head_to_them() {
    const auto loss_after = [&](int inner) {
      Settings settings = small_settings();
      settings.set("detail.inner_steps", std::int64_t(inner));
      settings.set("detail.random_views", std::int64_t(0));
      settings.set("detail.reference_weight", 0.0);
      settings.set("detail.iterations", std::int64_t(1));
      const auto detail = stage(settings);
      double first = 0, last = 0;
      while (!detail->finished()) {
        const StageResult result = detail->step();
        for (const auto& [name, value] : result.losses.terms) {
          if (name != "views") continue;
          if (first == 0) first = value;
          last = value;
        }
      }
      return last / first;
    };
    const double ratio = loss_after(8);
    QVERIFY2(ratio < 0.9, std::to_string(ratio).c_str());
  }

  void fewer_views_take_turns() {
    Settings settings = small_settings();
    settings.set("detail.views_per_iteration", std::int64_t(5));
    settings.set("detail.random_views", std::int64_t(0));
    const auto detail = stage(settings);
    for (int part = 0; part < 14; ++part) detail->step();
    QCOMPARE(detail->step_count(), 1);
    for (int part = 0; part < 12; ++part) detail->step();
    QCOMPARE(detail->step_count(), 3);
    int judged = 0;
    for (const DetailStage::View& view : detail->views()) judged += view.memory.judged;
    QCOMPARE(judged, 10);
    for (int v = 0; v < 10; ++v) QCOMPARE(detail->views()[std::size_t(v)].memory.judged, 1);
  }

  void changed_viewpoints_begin_anew_with_those_that_they_drive() {
    Settings settings = small_settings();
    settings.set("detail.random_views", std::int64_t(0));
    settings.set("detail.views_per_iteration", std::int64_t(1));
    settings.set("detail.viewpoints", std::string("0,0 30,0 -30,0 60,0 -60,0"));
    const auto detail = stage(settings);
    QCOMPARE(detail->views().size(), std::size_t(5));
    for (int part = 0; part < 6; ++part) detail->step();
    QCOMPARE(detail->step_count(), 1);
    const std::vector<DetailStage::View> before = detail->views();
    // 30 moves to 40; 60 is driven by it, and -60 falls away.
    settings.set("detail.viewpoints", std::string("0,0 -30,0 40,0 60,0"));
    detail->take_live(settings);
    for (int part = 0; part < 2; ++part) detail->step();  // the iteration under way is the old one
    QCOMPARE(detail->step_count(), 2);
    const std::vector<DetailStage::View> after = detail->views();
    QCOMPARE(after.size(), std::size_t(4));
    QVERIFY(at::equal(after[1].memory.target, before[2].memory.target));
    QVERIFY(at::equal(after[1].memory.anchor, before[2].memory.anchor));
    QCOMPARE(after[1].rig.driver, 0);
    for (const int fresh : {2, 3}) QVERIFY(!after[std::size_t(fresh)].memory.target.defined());
    // The one whose turn it is, and whoever has no target yet: -30 and the two new ones.
    for (int part = 0; part < 4; ++part) detail->step();
    QCOMPARE(detail->step_count(), 3);
    for (const DetailStage::View& view : detail->views()) QVERIFY(view.memory.target.defined());
    // It goes on from a file as it would have gone on.
    TensorMap tensors;
    nlohmann::json state;
    detail->save_to(tensors, state);
    const auto opened = stage(settings);
    opened->load_from(tensors, state);
    QCOMPARE(opened->views().size(), std::size_t(4));
    QVERIFY(at::equal(opened->views()[2].memory.target, detail->views()[2].memory.target));
  }

  // L_I, its gradient and what is applied (18) count as often as the weight says.
  void a_weight_scales_the_gradient_of_its_view() {
    const auto painted = [&](const char* viewpoints) {
      Settings settings = small_settings();
      settings.set("detail.viewpoints", std::string(viewpoints));
      const auto detail = stage(settings);
      for (int part = 0; part < 3; ++part) detail->step();  // the photo and both views
      return detail->views();
    };
    const auto plain = painted("0,0 30,0");
    QVERIFY(plain[1].gradient_norm > 0);
    for (const double weight : {0.5, 4.0}) {  // powers of two: nothing is rounded
      const auto weighted = painted(weight == 4 ? "0,0 30,0,4" : "0,0 30,0,0.5");
      QVERIFY(at::equal(weighted[1].memory.target, plain[1].memory.target));
      QCOMPARE(weighted[0].loss, plain[0].loss);
      QCOMPARE(weighted[1].loss, weight * plain[1].loss);
      const GradientList& of = plain[1].memory.applied;
      const GradientList& scaled = weighted[1].memory.applied;
      QCOMPARE(scaled.size(), of.size());
      for (std::size_t i = 0; i < of.size(); ++i) {
        QCOMPARE(scaled[i].defined(), of[i].defined());
        if (of[i].defined()) QVERIFY(at::equal(scaled[i], of[i] * weight));
      }
    }
  }

  void a_muted_view_is_not_painted_and_drives_all_the_same() {
    Settings settings = small_settings();
    settings.set("detail.random_views", std::int64_t(0));
    settings.set("detail.inner_steps", std::int64_t(2));
    settings.set("detail.viewpoints", std::string("0,0 30,0,0 60,0"));
    const auto detail = stage(settings);
    // The photo and two views, together and then one by one.
    for (int part = 0; part < 3 + 3; ++part) detail->step();
    QCOMPARE(detail->step_count(), 1);
    const DetailStage::View muted = detail->views()[1];
    QCOMPARE(muted.painted, 0);
    QVERIFY(!muted.memory.target.defined() && muted.memory.applied.empty());
    const DetailStage::View& driven = detail->views()[2];
    QCOMPARE(driven.rig.driver, 1);
    QVERIFY(driven.memory.target.defined() && driven.loss > 0);
    // It was told what the head shows 30 degrees aside, not what was painted in front.
    settings.set("detail.viewpoints", std::string("0,0 60,0"));
    const auto without = stage(settings);
    for (int part = 0; part < 3 + 3; ++part) without->step();
    QVERIFY(!at::equal(without->views()[1].reference, driven.reference));
    // Anchors go past it (13).
    QVERIFY(at::equal(without->views()[0].memory.anchor, detail->views()[0].memory.anchor));
    QVERIFY(
        at::isin(driven.memory.anchor[0], detail->views()[0].memory.anchor[0]).any().item<bool>());
  }

  void muted_as_it_runs_a_view_keeps_its_target_unused() {
    Settings settings = small_settings();
    settings.set("detail.random_views", std::int64_t(0));
    settings.set("detail.viewpoints", std::string("0,0 30,0 60,0"));
    const auto detail = stage(settings);
    for (int part = 0; part < 4; ++part) detail->step();
    settings.set("detail.viewpoints", std::string("0,0 30,0,0 60,0"));
    detail->take_live(settings);
    for (int part = 0; part < 4; ++part) detail->step();  // the one under way is the old one
    QCOMPARE(detail->step_count(), 2);
    QCOMPARE(detail->views()[1].memory.judged, 1);
    const DetailStage::View kept = detail->views()[1];
    TensorMap tensors;
    nlohmann::json state;
    detail->save_to(tensors, state);
    for (int part = 0; part < 3; ++part) detail->step();
    QCOMPARE(detail->step_count(), 3);
    const DetailStage::View& after = detail->views()[1];
    QCOMPARE(after.memory.judged, 1);
    QCOMPARE(after.painted, kept.painted);
    QVERIFY(at::equal(after.memory.target, kept.memory.target));
    QCOMPARE(detail->views()[2].memory.judged, 2);
    // What its target shows makes no difference to the view that it drives.
    const auto gone_on = [&](const TensorMap& from) {
      const auto opened = stage(settings);
      opened->load_from(from, state);
      for (int part = 0; part < 3; ++part) opened->step();
      return opened->views()[2];
    };
    TensorMap blank = tensors;
    for (const char* name : {"detail.view.1.target", "detail.view.1.latents"}) {
      QVERIFY(tensors.at(name).defined());
      blank[name] = at::zeros_like(tensors.at(name));
    }
    const DetailStage::View one = gone_on(tensors), other = gone_on(blank);
    QCOMPARE(other.loss, one.loss);
    QVERIFY(at::equal(other.memory.latents, one.memory.latents));
  }

  void with_all_views_muted_the_photo_alone_counts() {
    Settings settings = small_settings();
    settings.set("detail.random_views", std::int64_t(0));
    settings.set("detail.inner_steps", std::int64_t(2));
    settings.set("detail.viewpoints", std::string("0,0,0 30,0,0"));
    const auto detail = stage(settings);
    for (int part = 0; part < 2 * 3; ++part) {
      for (const auto& [name, value] : detail->step().losses.terms) QVERIFY(name != "views");
    }
    QVERIFY(detail->finished());
  }

  // Viewpoints edited while the stage runs: added, moved, weighted, reordered.
  void edited_viewpoints_are_replayed() {
    Settings edited = small_settings();
    edited.set("detail.viewpoints", std::string("0,0 -30,0,2 30,0,0 75,10 60,0,0.5"));
    Settings again = edited;
    again.set("detail.viewpoints", std::string("0,0 30,0 -30,0,2"));
    Pipeline one = begun();
    run(one, 20);  // in the middle of the second iteration
    one.set_settings(std::make_shared<const Settings>(edited));
    run(one, 14);  // and of the third
    QCOMPARE(one.detail()->views().size(), std::size_t(5));
    one.set_settings(std::make_shared<const Settings>(again));
    run(one);
    QCOMPARE(one.stages()[3].state, StageState::kDone);
    Pipeline replayed(photo_, first_, 0, std::make_shared<const Settings>(), 0);
    replayed.set_sources({{}, [this] { return painter_; }, {}});
    replay(replayed, one.journal(), one.steps_taken());
    QVERIFY(same_bits(one.head(), replayed.head()));
    Pipeline unedited = begun();
    run(unedited);
    QVERIFY(!same_bits(one.head(), unedited.head()));
  }

  void the_pipeline_goes_through_it_and_again_the_same() {
    Pipeline one = begun();
    const int steps = run(one);
    QCOMPARE(steps, 3 * 15);
    QCOMPARE(one.stages()[3].state, StageState::kDone);
    QCOMPARE(one.stages()[3].step, 3);
    QVERIFY(!same_bits(one.head(), first_));
    Pipeline two = begun();
    run(two);
    QVERIFY(same_bits(one.head(), two.head()));
    Pipeline replayed(photo_, first_, 0, std::make_shared<const Settings>(), 0);
    replayed.set_sources({{}, [this] { return painter_; }, {}});
    replay(replayed, one.journal(), one.steps_taken());
    QVERIFY(same_bits(one.head(), replayed.head()));
  }

  void pictures_are_smaller_where_memory_is_short_and_replays_know() {
    Settings settings = small_settings();
    settings.set("detail.size", std::int64_t(128));
    settings.set("detail.iterations", std::int64_t(1));
    settings.set("memory_limit", 1000.0);
    Pipeline pipeline = begun(settings);
    double told_mb = 0;
    pipeline.set_sources({{},
                          [this] { return painter_; },
                          [&](int wanted, double free_mb) {
                            [&] { QCOMPARE(wanted, 128); }();
                            told_mb = free_mb;
                            return PaintingPlan{64, 1, free_mb};
                          }});
    run(pipeline);
    QVERIFY(told_mb > 900e3 && told_mb < 1000 * 1024);  // the limit less what the process holds
    QCOMPARE(pipeline.settings().get<int>("detail.size"), 64);
    const JournalEntry& noted = pipeline.journal().at(1);
    QCOMPARE(noted.command, std::string("settings"));
    QCOMPARE(noted.argument.at("detail.size").get<int>(), 64);
    Pipeline replayed(photo_, first_, 0, std::make_shared<const Settings>(), 0);
    replayed.set_sources({{}, [this] { return painter_; }, {}});
    replay(replayed, pipeline.journal(), pipeline.steps_taken());
    QVERIFY(same_bits(pipeline.head(), replayed.head()));

    Pipeline refused = begun(settings);
    refused.set_sources(
        {{},
         [this] { return painter_; },
         [](int, double) -> PaintingPlan { throw Error(ErrorCode::kOutOfMemory, "too little"); }});
    QVERIFY_THROWS_EXCEPTION(Error, run(refused));
    QCOMPARE(refused.stages()[3].state, StageState::kFailed);
  }

  // What the views have lost of the opacity that they had when they were painted.
  void what_was_solid_is_held() {
    const auto lost = [&](double weight) {
      Settings settings = small_settings();
      settings.set("detail.inner_steps", std::int64_t(6));
      settings.set("detail.random_views", std::int64_t(0));
      settings.set("detail.reference_weight", 0.0);
      settings.set("detail.iterations", std::int64_t(1));
      settings.set("detail.solid_weight", weight);
      Field head = first_.clone();
      DetailStage detail(head, PhotoTarget(photo_), painter_, 4, settings);
      bool told = false;
      while (!detail.finished()) {
        for (const auto& [name, value] : detail.step().losses.terms) told = told || name == "solid";
      }
      if (told != (weight > 0)) return -1.0;
      double sum = 0;
      for (const DetailStage::View& view : detail.views()) {
        ViewGraphOptions options;
        options.width = static_cast<int>(view.surface.opacity.size(0));
        const Tensor now = ViewGraph(head, view.camera, options).opacity();
        sum += (view.surface.opacity - now).clamp_min(0).square().mean().item<double>();
      }
      return sum;
    };
    const double free = lost(0), held = lost(1000);
    QVERIFY(free > 0 && held >= 0);
    QVERIFY2(held < 0.7 * free, qPrintable(QString("%1 %2").arg(held).arg(free)));
  }

  // Grown by whatever error, it comes back to its outlines.
  void what_grew_beyond_the_outlines_goes_again() {
    const auto beyond = [&](double weight, bool at_once) {
      Settings settings = small_settings();
      settings.set("detail.inner_steps", std::int64_t(6));
      settings.set("detail.random_views", std::int64_t(0));
      settings.set("detail.iterations", std::int64_t(1));
      settings.set("detail.solid_weight", weight);
      settings.set("detail.relief_weight", 0.0);
      Field head = first_.clone();
      DetailStage detail(head, PhotoTarget(photo_), painter_, 4, settings);
      while (detail.step().losses.terms.empty()) {
      }
      {
        const at::NoGradGuard no_grad;
        head.decoder.b1[0] += 12;  // of the raw density
      }
      while (!at_once && !detail.finished()) detail.step();
      const OpeningHead opening(first_, 12, 8), now(head, 12, 8);
      double sum = 0;
      for (const DetailStage::View& view : detail.views()) {
        const Tensor most = outlines_of(opening.look(view.camera, 16).opacity).most;
        sum +=
            (now.look(view.camera, 16).opacity - most).clamp_min(0).square().mean().item<double>();
      }
      return sum;
    };
    const double grown = beyond(0, true), free = beyond(0, false), held = beyond(1000, false);
    QVERIFY(grown > 0);
    QVERIFY2(held < 0.5 * grown && held < 0.7 * free,
             qPrintable(QString("%1 %2 %3").arg(grown).arg(free).arg(held)));
  }

  // What went wrong with the head meanwhile is not what the next painting keeps.
  void colours_are_kept_of_the_head_it_began_with() {
    Settings settings = small_settings();
    settings.set("detail.viewpoints", std::string("30,0"));
    settings.set("detail.random_views", std::int64_t(0));
    settings.set("detail.colour_scale", 0.1);
    settings.set("noise.mode", std::string("random"));  // whatever is painted is the target
    const auto tint = [](Field& field) {
      const at::NoGradGuard no_grad;
      field.decoder.b1.narrow(0, 1, 3).add_(at::tensor({-1.5F, 1.5F, -1.5F}));
    };
    Field head = first_.clone();
    DetailStage detail(head, PhotoTarget(photo_), painter_, 4, settings);
    for (int part = 0; part < 2; ++part) detail.step();
    QCOMPARE(detail.step_count(), 1);
    tint(head);
    for (int part = 0; part < 2; ++part) detail.step();
    const DetailStage::View& view = detail.views()[0];
    const auto coarse_error = [&](const OpeningHead::Look& look) {
      const Tensor inside =
          at::upsample_nearest2d(look.opacity.unsqueeze(0).unsqueeze(0), {64, 64})[0] > 0.9;
      const Tensor error = blurred(view.memory.target - look.rgb, 6.4).abs().mean(0, true);
      return (error * inside).sum().item<double>() / inside.sum().item<double>();
    };
    const auto look = [&](const Field& of) { return OpeningHead(of, 12, 8).look(view.camera, 16); };
    Field spoilt = first_.clone();
    tint(spoilt);
    const double of_first = coarse_error(look(first_)), of_spoilt = coarse_error(look(spoilt));
    QVERIFY2(of_first < 0.3 * of_spoilt && of_spoilt > 0.05,
             qPrintable(QString("%1 %2").arg(of_first).arg(of_spoilt)));
  }

  // After the photo and each view of a further round the head has moved.
  void a_further_round_moves_the_head_view_by_view() {
    Settings settings = small_settings();
    settings.set("detail.inner_steps", std::int64_t(3));
    Field head = first_.clone();
    DetailStage detail(head, PhotoTarget(photo_), painter_, 4, settings);
    for (int part = 0; part < 15; ++part) detail.step();
    for (int part = 0; part < 2 * 14; ++part) {
      QCOMPARE(detail.step_count(), 0);
      const Tensor before = head.planes.detach().clone();
      const StageResult result = detail.step();
      QVERIFY(!at::equal(before, head.planes));
      QCOMPARE(detail.parts_done(), 0);
      QCOMPARE(!result.losses.terms.empty(), part % 14 == 13);
    }
    QCOMPARE(detail.step_count(), 1);
  }

  void saved_between_two_views_it_goes_on_as_if_nothing_had_been_data() {
    QTest::addColumn<int>("inner_steps");
    QTest::addColumn<int>("before");
    QTest::newRow("while it is painted") << 1 << 19;  // in the second iteration
    QTest::newRow("on what was kept") << 2 << 15 + 14 + 15 + 6;
  }
  void saved_between_two_views_it_goes_on_as_if_nothing_had_been() {
    QFETCH(const int, inner_steps);
    QFETCH(const int, before);
    Settings changed = small_settings();
    changed.set("detail.inner_steps", std::int64_t(inner_steps));
    const Settings at_first = changed;
    changed.set("hpdm.w_ex", 0.4);
    bool refused = false;  // where the stage is not installed
    const auto play = [&](bool reopen) -> Field {
      Pipeline pipeline = begun(at_first);
      run(pipeline, before);
      pipeline.set_settings(std::make_shared<const Settings>(changed));
      run(pipeline, 3);
      if (reopen) {
        TensorMap tensors;
        nlohmann::json state;
        pipeline.save_to(tensors, state);
        TensorMap copies, of_before;  // of a project that knew no opening head
        for (const auto& [name, tensor] : tensors) {
          copies[name] = tensor.clone();
          if (name.rfind("detail.opening.", 0) != 0) of_before[name] = copies[name];
        }
        Pipeline old = Pipeline::load(of_before, nlohmann::json::parse(state.dump()));
        old.set_sources({{}, [this] { return painter_; }, {}});
        if (of_before.size() == copies.size() || !run(old, 2)) return {};
        pipeline = Pipeline::load(copies, nlohmann::json::parse(state.dump()));
        try {
          Pipeline::load(copies, state).step();
        } catch (const Error& error) {
          refused = error.code() == ErrorCode::kNotFound;
        }
        pipeline.set_sources({{}, [this] { return painter_; }, {}});
      }
      run(pipeline);
      return pipeline.head().clone();
    };
    const Field never = play(false);
    QVERIFY(same_bits(never, play(true)));
    QVERIFY(refused);
    Pipeline unchanged = begun(at_first);
    run(unchanged);
    QVERIFY(!same_bits(never, unchanged.head()));
  }

  void without_its_networks_it_is_not_installed() {
    Pipeline pipeline(photo_, first_, 0, std::make_shared<const Settings>(small_settings()), 4);
    pipeline.begin_run();
    QCOMPARE(pipeline.stages()[3].state, StageState::kNotInstalled);
    QVERIFY(pipeline.step().finished);
  }

  // A head saved when the pack had no network for stage 2 goes on where it stood.
  void a_stage_that_was_passed_by_is_not_gone_back_to() {
    Settings settings = small_settings();
    settings.set("geometry", true);
    Pipeline pipeline = begun(settings);
    run(pipeline, 3);
    QCOMPARE(pipeline.stages()[2].state, StageState::kNotInstalled);
    TensorMap tensors;
    nlohmann::json state;
    pipeline.save_to(tensors, state);
    Pipeline back = Pipeline::load(tensors, state);
    int asked = 0;
    back.set_sources({[&asked] {
                        ++asked;
                        return GeometryNetworks{};
                      },
                      [this] { return painter_; },
                      {}});
    QCOMPARE(back.stages()[2].state, StageState::kSkipped);
    run(back, 2);
    QCOMPARE(asked, 0);
    QCOMPARE(back.stages()[3].state, StageState::kRunning);
  }

  void what_is_not_finite_is_taken_back() {
    Field broken = first_.clone();
    PhotoTarget target(photo_);
    DetailStage detail(broken, target, painter_, 4, small_settings());
    for (int part = 0; part < 15; ++part) detail.step();
    const Tensor kept = broken.planes.detach().clone();
    const Tensor kept_detail = broken.detail.clone();
    {
      const at::NoGradGuard no_grad;
      broken.planes.fill_(std::nan(""));
      broken.detail.fill_(1);
    }
    bool rolled_back = false;
    for (int part = 0; part < 15 && !rolled_back; ++part) rolled_back = detail.step().rolled_back;
    QVERIFY(rolled_back);
    QVERIFY(at::equal(broken.planes, kept) && at::equal(broken.detail, kept_detail));
    QCOMPARE(detail.step_count(), 1);
    {
      const at::NoGradGuard no_grad;
      broken.planes.fill_(std::nan(""));
    }
    bool thrown = false;
    for (int part = 0; part < 15 && !thrown; ++part) {
      try {
        detail.step();
      } catch (const Error& error) {
        thrown = error.code() == ErrorCode::kNumerical;
      }
    }
    QVERIFY(thrown);
    QVERIFY(at::equal(broken.planes, kept));
  }

  // With each update, unless its rate is 0, as in the paper; a pipeline gives its heads one.
  void the_surface_takes_fine_colours_over() {
    for (const double rate : {0.0, 0.5}) {
      Settings settings = small_settings();
      settings.set("detail.surface_rate", rate);
      const Field head = first_.clone();
      DetailStage detail(head, PhotoTarget(photo_), painter_, 4, settings);
      for (int part = 0; part < 14; ++part) detail.step();
      QCOMPARE(head.detail.count_nonzero().item<std::int64_t>(), 0);
      detail.step();
      QCOMPARE(head.detail.count_nonzero().item<std::int64_t>() > 0, rate > 0);
    }
    Field bare = first_.clone();
    bare.detail = Tensor();
    const Pipeline pipeline(photo_, bare, 0, std::make_shared<const Settings>(small_settings()), 4);
    QVERIFY(pipeline.head().detail.defined() && !bare.detail.defined());
  }

  // Painted at half the photo's size, the head still takes the finest of the photo.
  void the_whole_photo_is_taken_though_pictures_are_smaller() {
    PhotoInput photo = portrait::photo_of(first_, rig_camera({0, 0}), 32);
    const Tensor row = (at::arange(128).remainder(2) * 2 - 1).to(at::kFloat) * 0.1;
    const Tensor grain = (row.unsqueeze(0) * row.unsqueeze(1) * 10).expand({3, 128, 128});
    photo.target = photo.crop = image_of_tensor(tensor_of_image(photo.target) + grain);
    const Field head = first_.clone();
    DetailStage detail(head, PhotoTarget(photo), painter_, 4, small_settings());
    const auto shown = [&] {
      const Tensor front =
          tensor_of_image(HeadView(head, {}).picture(photo.camera, 32).rgba).narrow(0, 0, 3);
      return (front * grain).narrow(1, 56, 16).narrow(2, 56, 16).mean().item<double>();
    };
    const double before = shown();
    while (detail.step_count() == 0) detail.step();
    const double asked = (grain * grain).mean().item<double>();
    QVERIFY2(shown() - before > 0.15 * asked,
             qPrintable(QString("%1 of %2").arg(shown() - before).arg(asked)));
  }

  void pictures_that_the_networks_cannot_take_are_refused() {
    Settings settings = small_settings();
    PhotoInput odd = photo_;
    const Tensor crop = tensor_of_image(photo_.target).narrow(1, 0, 40).narrow(2, 0, 40);
    odd.target = odd.crop = image_of_tensor(crop.contiguous());
    odd.matte = image_of_tensor(
        tensor_of_image(photo_.matte).narrow(1, 0, 40).narrow(2, 0, 40).contiguous());
    QVERIFY_EXCEPTION_THROWN(DetailStage(first_.clone(), PhotoTarget(odd), painter_, 1, settings),
                             Error);
  }
};

QTEST_GUILESS_MAIN(DetailStageTest)
#include "detail_stage_test.moc"

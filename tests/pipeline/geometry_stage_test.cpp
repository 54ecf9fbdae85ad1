// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/pipeline/geometry_stage.h"
#include "core/pipeline/pipeline.h"
#include "tests/guidance/tiny_painter.h"
#include "tests/pipeline/tiny_head.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <cmath>
#include <memory>

using namespace portrait;

namespace {

Settings small_settings(int steps = 5) {
  Settings settings;
  settings.set("photo_fit", false);
  settings.set("detail", false);
  settings.set("geometry", true);
  settings.set("geometry.steps", std::int64_t(steps));
  settings.set("geometry.size", std::int64_t(64));
  settings.set("render.coarse_samples", std::int64_t(12));
  settings.set("render.fine_samples", std::int64_t(8));
  return settings;
}

PlaneUNetConfig tiny_planes() {
  PlaneUNetConfig config;
  config.widths = {8, 16};
  return config;
}

}  // namespace

class GeometryStageTest : public QObject {
  Q_OBJECT

  Field first_ = tiny_head({0.8F, 0.3F, 0.2F});
  PhotoInput photo_ = photo_of(first_);
  std::shared_ptr<const ViewDiffusion> diffusion_ = tiny_diffusion();

  GeometryNetworks networks() const { return {diffusion_, make_plane_unet({}, tiny_planes())}; }

  Pipeline begun(const Settings& settings) const {
    Pipeline pipeline(photo_, first_, 0, std::make_shared<const Settings>(settings), 4);
    pipeline.set_sources({[this] { return networks(); }, {}, {}});
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
  // The planes are what the network makes of those that came in; nothing else of the head but the
  // decoder moves.
  void the_tri_plane_is_changed_through_the_network_alone() {
    const Field head = first_.clone();
    const Tensor before = head.planes.clone();
    GeometryNetworks used = networks();
    GeometryStage stage(head, PhotoTarget(photo_), used, 3, small_settings());
    while (!stage.finished()) {
      const StageResult result = stage.step();
      QVERIFY(!result.rolled_back);
      QCOMPARE(result.losses.terms.front().first, std::string("total"));
    }
    const at::NoGradGuard no_grad;
    QVERIFY(at::equal(head.planes, (*used.plane_unet.network)(before)));
    QVERIFY(!at::equal(head.planes, before));
    QVERIFY(!at::equal(head.decoder.w0, first_.decoder.w0));
    for (std::size_t i = 0; i < head.sr.parameters.size(); ++i) {
      QVERIFY(at::equal(head.sr.parameters[i].second, first_.sr.parameters[i].second));
    }
  }

  void a_network_for_other_planes_is_named() {
    Field head = first_.clone();
    head.planes = head.planes.narrow(1, 0, 1).clone();
    head.frame.depth_slices = 1;
    try {
      const GeometryStage stage(head, PhotoTarget(photo_), networks(), 3, small_settings());
      QFAIL("taken");
    } catch (const Error& error) {
      QVERIFY(error.message().find("2 slices") != std::string::npos);
    }
  }

  // Direct optimisation: texels that no ray saw stay, and the network is not touched.
  void the_tri_plane_itself_can_be_optimised_to_compare() {
    Settings settings = small_settings(4);
    settings.set("geometry.detail_preservation", false);
    const Field head = first_.clone();
    const Tensor before = head.planes.clone();
    GeometryNetworks used = networks();
    const Tensor weight = used.plane_unet.parameters.front().second.detach().clone();
    GeometryStage stage(head, PhotoTarget(photo_), used, 3, settings);
    TensorMap tensors;
    nlohmann::json state;
    while (!stage.finished()) {
      QVERIFY(!stage.step().rolled_back);
      if (stage.step_count() == 2) stage.save_to(tensors, state);
    }
    QVERIFY(at::equal(used.plane_unet.parameters.front().second, weight));
    const Tensor moved = (head.planes - before).abs();
    QVERIFY(moved.max().item<double>() > 0);
    QVERIFY(moved.eq(0).any().item<bool>());
    QVERIFY(tensors.count("geometry.phi.offset") == 1);
    // Its state belongs to no run through the network.
    GeometryStage other(first_.clone(), PhotoTarget(photo_), networks(), 3, small_settings(4));
    QVERIFY_EXCEPTION_THROWN(other.load_from(tensors, state), Error);
  }

  // Held to the photo alone, a head of another colour comes to its photo.
  void the_photo_pulls_through_the_network_too() {
    Settings settings = small_settings(40);
    settings.set("geometry.distillation_weight", 0.0);
    settings.set("geometry.learning_rate_unet", 0.003);
    const Field other = tiny_head({0.3F, 0.3F, 0.8F}, 1);
    GeometryStage stage(other.clone(), PhotoTarget(photo_), networks(), 3, settings);
    double first = 0, last = 0;
    while (!stage.finished()) {
      for (const auto& [name, value] : stage.step().losses.terms) {
        if (name != "colour") continue;
        if (first == 0) first = value;
        last = value;
      }
    }
    QVERIFY2(last < 0.8 * first, qPrintable(QString("%1 -> %2").arg(first).arg(last)));
  }

  void the_same_again_and_resumed_in_the_middle() {
    Pipeline whole = begun(small_settings());
    QCOMPARE(run(whole), 5);
    QCOMPARE(whole.stages()[2].state, StageState::kDone);
    QVERIFY(!same_bits(whole.head(), first_));
    Pipeline again = begun(small_settings());
    run(again, 3);
    TensorMap tensors;
    nlohmann::json state;
    again.save_to(tensors, state);
    TensorMap copies;
    for (const auto& [name, tensor] : tensors) copies[name] = tensor.clone();
    Pipeline resumed = Pipeline::load(copies, nlohmann::json::parse(state.dump()));
    resumed.set_sources({[this] { return networks(); }, {}, {}});
    run(resumed);
    QVERIFY(same_bits(resumed.head(), whole.head()));
    QCOMPARE(resumed.steps_taken(), whole.steps_taken());
  }

  void what_is_not_finite_is_taken_back() {
    const Field head = first_.clone();
    GeometryNetworks used = networks();
    GeometryStage stage(head, PhotoTarget(photo_), used, 3, small_settings(30));
    for (int i = 0; i < 10; ++i) stage.step();
    const Tensor kept = head.planes.detach().clone();
    const auto spoil = [&] {
      const at::NoGradGuard no_grad;
      Tensor(used.plane_unet.parameters.front().second).fill_(std::nan(""));
    };
    spoil();
    QVERIFY(stage.step().rolled_back);
    QVERIFY(at::equal(head.planes, kept));
    QCOMPARE(stage.step_count(), 10);
    QVERIFY(!stage.step().rolled_back);
    spoil();
    QVERIFY_EXCEPTION_THROWN(stage.step(), Error);
    QVERIFY(at::equal(head.planes, kept));
  }
};

QTEST_GUILESS_MAIN(GeometryStageTest)
#include "geometry_stage_test.moc"

// SPDX-License-Identifier: Apache-2.0
// The kernels on every instruction set that this processor has, not only the best one.
#include "core/nn/torch.h"

#include "core/field/evaluator.h"
#include "core/field/render_pair.h"
#include "tests/field/march_settings.h"

#include <hwy/targets.h>

#include <QtTest>

using namespace portrait;

class InstructionSetsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void rays_agree_data() { add_targets(); }
  void rays_agree();
  void blocks_agree_data() { add_targets(); }
  void blocks_agree();
  void cleanup() { choose(0); }

 private:
  // 0: all.
  static void choose(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  static void add_targets() {
    QTest::addColumn<qlonglong>("target");
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      QTest::newRow(hwy::TargetName(target)) << qlonglong(target);
    }
  }
};

void InstructionSetsTest::rays_agree() {
  QFETCH(qlonglong, target);
  choose(target);
  const Field field = random_field(2, 19, 5);
  const Rays rays = random_rays(37, 12);
  RenderOptions options;
  options.coarse = 21;
  options.fine = 13;
  options.least_transmittance = 0;
  const SavedOutput found = render_and_save(field, rays, options);
  Field leaves = field.clone();
  leaves.planes.set_requires_grad(true);
  const at::AutoGradMode on(true);
  const RenderOutput graph = render_reference(leaves, rays, options);
  QVERIFY(relative_difference(found.out.features, graph.features) < 1e-4);
  QVERIFY(relative_difference(found.out.depth, graph.depth) < 1e-4);
  const ImageGradient a{at::linspace(-1, 2, 37 * kFieldChannels).view({37, -1}), {}, {}};
  const ImageGradient b{{}, at::linspace(-1, 1, 37), at::linspace(2, -3, 37)};
  const auto pair = backward_pair(found.saved, a, b);
  const Tensor of_a = torch::autograd::grad({graph.features}, {leaves.planes}, {a.features},
                                            /*retain_graph=*/true)[0];
  const Tensor of_b = torch::autograd::grad({graph.depth, graph.opacity}, {leaves.planes},
                                            {b.depth, b.opacity})[0];
  QVERIFY(relative_difference(pair[0].planes, of_a) < 1e-3);
  QVERIFY(relative_difference(pair[1].planes, of_b) < 1e-3);
  QVERIFY(relative_difference(backward(found.saved, a).planes, of_a) < 1e-3);
}

void InstructionSetsTest::blocks_agree() {
  QFETCH(qlonglong, target);
  choose(target);
  const Field field = random_field(3, 19, 5);
  const FieldEvaluator evaluator(field);
  std::vector<float> line;
  for (int i = 0; i < 13; ++i) line.push_back(-0.5F + 0.08F * float(i));
  const PointBlock block{{line.data(), line.data(), line.data()}, {13, 5, 7}};
  std::vector<float> raw(std::size_t(block.count()));
  std::vector<float> rgb(3 * raw.size());
  evaluator.block(block, nullptr, raw.data(), rgb.data());
  std::vector<float> points;
  for (int i = 0; i < block.count(); ++i) {
    points.insert(points.end(), {line[std::size_t(i % 13)], line[std::size_t(i / 13 % 5)],
                                 line[std::size_t(i / 65)]});
  }
  const FieldEvaluator::Values expected =
      evaluator.values(at::from_blob(points.data(), {block.count(), 3}, at::kFloat));
  for (int i = 0; i < block.count(); ++i) {
    QVERIFY(std::abs(raw[std::size_t(i)] - expected.raw[i].item<float>()) < 2e-5F);
    for (int c = 0; c < 3; ++c) {
      QVERIFY(std::abs(rgb[std::size_t(3 * i + c)] - expected.colours[i][c].item<float>()) <
              1e-5F);
    }
  }
}

QTEST_GUILESS_MAIN(InstructionSetsTest)
#include "instruction_sets_test.moc"

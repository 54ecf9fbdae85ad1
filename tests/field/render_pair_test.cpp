// SPDX-License-Identifier: Apache-2.0
// Two gradients of one render against autograd.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/field/render_pair.h"
#include "tests/field/march_settings.h"

#include <QtTest>

using namespace portrait;

namespace {

constexpr int kWidth = 9;
constexpr int kCount = kWidth * kWidth;

Rays rays_like(const Field& field) {
  return camera_rays(rig_camera({30, -10}), kWidth, kWidth, field.planes.options());
}

ImageGradient gradient(double phase, bool with_depth, const at::TensorOptions& like) {
  ImageGradient result;
  result.features = at::linspace(phase, phase + 9, kCount * kFieldChannels, like).sin().view(
      {kCount, kFieldChannels});
  if (with_depth) {
    result.depth = at::linspace(phase - 1, 1, kCount, like);
    result.opacity = at::linspace(2, phase, kCount, like);
  }
  return result;
}

std::vector<Tensor> list(const FieldGradient& g) { return {g.planes, g.w0, g.b0, g.w1, g.b1}; }

std::vector<Tensor> by_autograd(const Field& source, const RenderOptions& options,
                                const ImageGradient& of) {
  const at::AutoGradMode on(true);
  const Field field = source.clone();
  const Decoder& d = field.decoder;
  const std::vector<Tensor> leaves{field.planes, d.w0, d.b0, d.w1, d.b1};
  for (const Tensor& leaf : leaves) leaf.set_requires_grad(true);
  const RenderOutput out = render_reference(field, rays_like(field), options);
  std::vector<Tensor> outputs{out.features};
  std::vector<Tensor> given{of.features};
  if (of.depth.defined()) {
    outputs.insert(outputs.end(), {out.depth, out.opacity});
    given.insert(given.end(), {of.depth, of.opacity});
  }
  return torch::autograd::grad(outputs, leaves, given);
}

RenderOptions options_of(int slices) {
  RenderOptions options;
  options.coarse = 14;
  options.fine = slices == 1 ? 0 : 11;
  options.jitter_key = RandomKey{5, random_purpose("pair test"), 0, 0};
  options.least_transmittance = 0;
  if (slices == 2) options.background.reset();
  return options;
}


}  // namespace

class RenderPairTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void the_picture_is_that_of_render();
  void both_are_what_autograd_says_data();
  void both_are_what_autograd_says();
  void a_pair_is_two_single_pulls();
  void other_types_go_through_autograd();
  void nothing_depends_on_the_threads();
  void bad_calls_are_refused();
};

void RenderPairTest::the_picture_is_that_of_render() {
  const Field field = random_field(2, 20, 4);
  const RenderOptions options = options_of(3);
  const SavedOutput saved = render_and_save(field, rays_like(field), options);
  const RenderOutput expected = render(field, rays_like(field), options);
  QVERIFY(!saved.out.features.requires_grad());
  QVERIFY(relative_difference(saved.out.features, expected.features) < 1e-5);
  QVERIFY(relative_difference(saved.out.depth, expected.depth) < 1e-5);
  QVERIFY(relative_difference(saved.out.opacity, expected.opacity) < 1e-5);
}

void RenderPairTest::both_are_what_autograd_says_data() {
  QTest::addColumn<int>("slices");
  for (const int slices : {1, 2, 3}) QTest::addRow("%d slices", slices) << slices;
}

void RenderPairTest::both_are_what_autograd_says() {
  QFETCH(int, slices);
  const Field field = random_field(slices, 18, 6);
  const RenderOptions options = options_of(slices);
  const SavedOutput saved = render_and_save(field, rays_like(field), options);
  const ImageGradient a = gradient(0.3, true, at::kFloat);
  const ImageGradient b = gradient(-2, slices == 3, at::kFloat);
  const auto [of_a, of_b] = backward_pair(saved.saved, a, b);
  for (const auto& [found, given] : {std::pair{&of_a, &a}, {&of_b, &b}}) {
    const std::vector<Tensor> expected = by_autograd(field, options, *given);
    const std::vector<Tensor> pulled = list(*found);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      QCOMPARE(pulled[i].sizes().vec(), expected[i].sizes().vec());
      QVERIFY(expected[i].norm().item<double>() > 1e-6);
      const double error = relative_difference(pulled[i], expected[i]);
      QVERIFY2(error < 1e-3, qPrintable(QString("parameter %1: %2").arg(i).arg(error)));
    }
  }
}

void RenderPairTest::a_pair_is_two_single_pulls() {
  const Field field = random_field(2, 18, 6);
  RenderOptions options = options_of(3);
  options.least_transmittance = 1e-4F;
  const SavedOutput saved = render_and_save(field, rays_like(field), options);
  const ImageGradient a = gradient(0.3, true, at::kFloat);
  const ImageGradient nothing;
  const auto [of_a, of_nothing] = backward_pair(saved.saved, a, nothing);
  const std::vector<Tensor> single = list(backward(saved.saved, a));
  for (std::size_t i = 0; i < single.size(); ++i) {
    QVERIFY(relative_difference(list(of_a)[i], single[i]) < 1e-5);
    QCOMPARE(list(of_nothing)[i].abs().max().item<float>(), 0.0F);
  }
}

void RenderPairTest::other_types_go_through_autograd() {
  Field field = random_field(1, 10, 6);
  field.planes = field.planes.to(at::kDouble);
  for (Tensor* t : {&field.decoder.w0, &field.decoder.b0, &field.decoder.w1, &field.decoder.b1}) {
    *t = t->to(at::kDouble);
  }
  const RenderOptions options = options_of(1);
  const SavedOutput saved = render_and_save(field, rays_like(field), options);
  QVERIFY(!saved.out.features.requires_grad());
  QVERIFY(!field.planes.requires_grad());
  const ImageGradient a = gradient(0.3, true, at::kDouble);
  const ImageGradient b = gradient(1, false, at::kDouble);
  const auto [of_a, of_b] = backward_pair(saved.saved, a, b);
  const std::vector<Tensor> expected = by_autograd(field, options, b);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    QVERIFY(relative_difference(list(of_b)[i], expected[i]) < 1e-12);
    QVERIFY(relative_difference(list(of_a)[i], expected[i]) > 0.1);
  }
}

void RenderPairTest::nothing_depends_on_the_threads() {
  const Field field = random_field(2, 18, 6);
  const SavedOutput saved = render_and_save(field, rays_like(field), options_of(3));
  const ImageGradient a = gradient(0.3, true, at::kFloat);
  const ImageGradient b = gradient(1, false, at::kFloat);
  const auto many = backward_pair(saved.saved, a, b);
  std::array<FieldGradient, 2> one;
  // Inside a chunk of the pool, nested calls run on its one thread.
  parallel_for(2, 1, [&](std::int64_t begin, std::int64_t) {
    if (begin == 0) one = backward_pair(saved.saved, a, b);
  });
  for (std::size_t g = 0; g < 2; ++g) {
    for (std::size_t i = 0; i < 5; ++i) QVERIFY(at::equal(list(many[g])[i], list(one[g])[i]));
  }
}

void RenderPairTest::bad_calls_are_refused() {
  const Field field = random_field(1, 8, 6);
  RenderOptions options = options_of(1);
  options.want_normals = true;
  QVERIFY_EXCEPTION_THROWN(render_and_save(field, rays_like(field), options), Error);
  QVERIFY_EXCEPTION_THROWN(backward(SavedRender(), {}), Error);
  const SavedOutput saved = render_and_save(field, rays_like(field), options_of(1));
  ImageGradient wrong;
  wrong.features = at::zeros({kCount - 1, kFieldChannels});
  QVERIFY_EXCEPTION_THROWN(backward(saved.saved, wrong), Error);
}

QTEST_GUILESS_MAIN(RenderPairTest)
#include "render_pair_test.moc"

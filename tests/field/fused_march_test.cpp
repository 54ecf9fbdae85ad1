// SPDX-License-Identifier: Apache-2.0
// The fused kernels against the LibTorch reference.
#include "core/nn/torch.h"

#include "core/base/thread_pool.h"
#include "core/field/kernels/compositing.h"
#include "core/field/march.h"
#include "tests/field/march_settings.h"

#include <QtTest>

#include <cmath>
#include <functional>
#include <vector>

using namespace portrait;

namespace {

using Renderer = std::function<RenderOutput(const Field&)>;

Renderer through(RenderOutput (*render_with)(const Field&, const Rays&, const RenderOptions&),
                 const Rays& rays, const RenderOptions& options) {
  return [=](const Field& field) { return render_with(field, rays, options); };
}

struct Gradients {
  Tensor features, depth, opacity;
  std::vector<Tensor> of_parameters;
};

Gradients pull_through(const Field& source, const Renderer& renderer) {
  const at::AutoGradMode on(true);
  const Field field = source.clone();
  std::vector<Tensor> parameters{field.planes};
  for (const auto& named : field.decoder.named_parameters()) parameters.push_back(named.second);
  for (const Tensor& tensor : parameters) tensor.set_requires_grad(true);
  const RenderOutput out = renderer(field);
  const std::int64_t count = out.opacity.size(0);
  const Tensor of_features =
      at::linspace(-1, 1.3, count * kFieldChannels).sin().view({count, kFieldChannels});
  const Tensor of_depth = at::linspace(0.5, -1, count);
  const Tensor of_opacity = at::linspace(-0.7, 2, count);
  const Tensor loss = (out.features * of_features).sum() + (out.depth * of_depth).sum() +
                      (out.opacity * of_opacity).sum();
  loss.backward();
  Gradients result{out.features.detach(), out.depth.detach(), out.opacity.detach(), {}};
  for (const Tensor& tensor : parameters) result.of_parameters.push_back(tensor.grad());
  return result;
}

}  // namespace

class FusedMarchTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void compositing_pulls_back_as_differences_say();
  void importance_row_is_the_reference();
  void pictures_agree_data() { add_settings(); }
  void pictures_agree();
  void gradients_agree_data() { add_settings(); }
  void gradients_agree();
  void given_depths_agree();
  void extremes_agree();
  void nothing_depends_on_the_threads();
  void what_it_cannot_do_goes_to_the_reference();

 private:
  static void add_settings() {
    QTest::addColumn<int>("number");
    int number = 0;
    for (const auto& [name, setting] : settings()) QTest::newRow(name) << number++;
  }
};

void FusedMarchTest::compositing_pulls_back_as_differences_say() {
  constexpr int kCount = 6;
  const double optical[kCount] = {0.1, 0.7, 0.0, 2.0, 0.3, 1.1};
  const double probe[kCount] = {1.0, -2.0, 0.5, 3.0, -1.0, 0.25};
  const auto value = [&](const double* depths) {
    double kept[kCount];
    double weights[kCount];
    for (int k = 0; k < kCount; ++k) kept[k] = std::exp(-depths[k]);
    const double opacity = composite_weights(kCount, kept, weights);
    double sum = 0;
    double total = 0;
    for (int k = 0; k < kCount; ++k) {
      sum += probe[k] * weights[k];
      total += weights[k];
    }
    return std::abs(total - opacity) < 1e-14 ? sum : std::nan("");
  };
  double kept[kCount];
  double weights[kCount];
  double pulled[kCount];
  for (int k = 0; k < kCount; ++k) kept[k] = std::exp(-optical[k]);
  composite_weights(kCount, kept, weights);
  pull_weights(kCount, kept, weights, probe, pulled);
  for (int k = 0; k < kCount; ++k) {
    constexpr double kStep = 1e-6;
    double low[kCount];
    double high[kCount];
    for (int i = 0; i < kCount; ++i) low[i] = high[i] = optical[i];
    low[k] -= kStep;
    high[k] += kStep;
    const double difference = (value(high) - value(low)) / (2 * kStep);
    QVERIFY(std::abs(pulled[k] - difference) < 1e-8);
  }
}

void FusedMarchTest::importance_row_is_the_reference() {
  constexpr int kCoarse = 20;
  constexpr int kFine = 33;
  RandomStream random({3, random_purpose("test row"), 0, 0});
  const Tensor t = at::empty({1, kCoarse}, at::kDouble);
  const Tensor w = at::empty({1, kCoarse - 1}, at::kDouble);
  double depth = 1;
  for (int i = 0; i < kCoarse; ++i) t[0][i] = depth += random.uniform(0.01, 0.1);
  for (int i = 0; i < kCoarse - 1; ++i) w[0][i] = random.chance(0.5) ? 0.0 : random.uniform();
  const Tensor u = (at::arange(kFine, at::kDouble) / kFine).view({1, kFine});
  const Tensor expected = importance_depths(t, w, u);
  std::vector<double> found(kFine);
  std::vector<double> scratch(2 * kCoarse);
  importance_row(kCoarse, t.data_ptr<double>(), w.data_ptr<double>(), kFine, u.data_ptr<double>(),
                 found.data(), scratch.data());
  for (int i = 0; i < kFine; ++i) {
    QVERIFY(std::abs(found[std::size_t(i)] - expected[0][i].item<double>()) < 1e-12);
  }
}

void FusedMarchTest::pictures_agree() {
  QFETCH(int, number);
  const Setting setting = settings()[std::size_t(number)].second;
  const Field field = field_of(setting);
  const Rays rays = random_rays(setting.rays, 12);
  RenderOptions options = setting.options;
  options.want_weights = true;
  options.want_normals = true;
  QVERIFY(can_march_fused(field, rays, options, false));
  const RenderOutput found = render(field, rays, options);
  const RenderOutput expected = render_reference(field, rays, options);
  QVERIFY(expected.opacity.max().item<float>() > 0.2F);
  QVERIFY(relative_difference(found.sample_depths, expected.sample_depths) < 1e-5);
  QVERIFY(relative_difference(found.features, expected.features) < 1e-4);
  QVERIFY(relative_difference(found.depth, expected.depth) < 1e-4);
  QVERIFY(relative_difference(found.opacity, expected.opacity) < 1e-4);
  QVERIFY(relative_difference(found.weights, expected.weights) < 1e-3);
  QVERIFY(relative_difference(found.normals, expected.normals) < 1e-3);
}

void FusedMarchTest::gradients_agree() {
  QFETCH(int, number);
  const Setting setting = settings()[std::size_t(number)].second;
  const Field field = field_of(setting);
  const Rays rays = random_rays(setting.rays, 12);
  QVERIFY(can_march_fused(field, rays, setting.options, true));
  const Gradients found = pull_through(field, through(render, rays, setting.options));
  const Gradients expected = pull_through(field, through(render_reference, rays, setting.options));
  QVERIFY(relative_difference(found.features, expected.features) < 1e-4);
  QVERIFY(relative_difference(found.depth, expected.depth) < 1e-4);
  QVERIFY(relative_difference(found.opacity, expected.opacity) < 1e-4);
  QCOMPARE(found.of_parameters.size(), expected.of_parameters.size());
  for (std::size_t i = 0; i < expected.of_parameters.size(); ++i) {
    QVERIFY(expected.of_parameters[i].norm().item<double>() > 1e-6);
    const double error = relative_difference(found.of_parameters[i], expected.of_parameters[i]);
    QVERIFY2(error < 1e-3, qPrintable(QString("parameter %1: %2").arg(i).arg(error)));
  }
}

void FusedMarchTest::given_depths_agree() {
  const Field field = random_field(2, 24, 5);
  const Rays rays = random_rays(40, 18);
  RandomStream random({3, random_purpose("test depths"), 0, 0});
  Tensor depths = at::empty({40, 13});
  random.fill_uniform({depths.data_ptr<float>(), std::size_t(depths.numel())});
  depths = std::get<0>((depths * 1.6 + 0.9).sort(1));
  const Gradients found =
      pull_through(field, [&](const Field& f) { return render_depths(f, rays, depths, {}); });
  const Gradients expected = pull_through(
      field, [&](const Field& f) { return render_depths_reference(f, rays, depths, {}); });
  QVERIFY(relative_difference(found.features, expected.features) < 1e-4);
  QVERIFY(relative_difference(found.depth, expected.depth) < 1e-4);
  for (std::size_t i = 0; i < expected.of_parameters.size(); ++i) {
    QVERIFY(relative_difference(found.of_parameters[i], expected.of_parameters[i]) < 1e-3);
  }
  RenderOptions options;
  options.want_weights = true;
  const RenderOutput marched = render_depths(field, rays, depths, options);
  QVERIFY(at::equal(marched.sample_depths, depths));
  QVERIFY(relative_difference(marched.features, expected.features) < 1e-4);
}

void FusedMarchTest::extremes_agree() {
  const Rays rays = random_rays(30, 14);
  Field empty = random_field(2, 16, 6);
  empty.decoder.b1[0] = -80;
  Field wall = random_field(2, 16, 6);
  wall.decoder.b1[0] = 400;
  Rays outside = random_rays(9, 15);
  outside.directions.neg_();
  const std::pair<Field, Rays> cases[] = {{empty, rays}, {wall, rays}, {wall, outside}};
  RenderOptions to_the_end;
  to_the_end.least_transmittance = 0;
  for (const auto& [field, marched] : cases) {
    const RenderOutput found = render(field, marched, to_the_end);
    const RenderOutput expected = render_reference(field, marched, to_the_end);
    QVERIFY(found.features.isfinite().all().item<bool>());
    QVERIFY((found.features - expected.features).abs().max().item<double>() < 1e-4);
    QVERIFY((found.opacity - expected.opacity).abs().max().item<double>() < 1e-5);
    const Gradients pulled = pull_through(field, through(render, marched, to_the_end));
    const Gradients slow = pull_through(field, through(render_reference, marched, to_the_end));
    for (std::size_t i = 0; i < slow.of_parameters.size(); ++i) {
      const Tensor& a = pulled.of_parameters[i];
      const Tensor& b = slow.of_parameters[i];
      QVERIFY(a.isfinite().all().item<bool>());
      QVERIFY((a - b).norm().item<double>() <= 1e-3 * b.norm().item<double>() + 1e-6);
    }
  }
  const RenderedImage pixel = render_image(wall, rig_camera({20, 10}), 1, {});
  QVERIFY(pixel.opacity.item<float>() > 0.99F);
}

void FusedMarchTest::nothing_depends_on_the_threads() {
  const Field field = random_field(2, 24, 5);
  const Rays rays = random_rays(600, 16);
  RenderOptions options;
  options.coarse = 12;
  options.fine = 12;
  const Gradients many = pull_through(field, through(render, rays, options));
  Gradients one;
  // Inside a chunk of the pool, nested calls run on its one thread.
  parallel_for(2, 1, [&](std::int64_t begin, std::int64_t) {
    if (begin == 0) one = pull_through(field, through(render, rays, options));
  });
  QVERIFY(at::equal(many.features, one.features));
  for (std::size_t i = 0; i < many.of_parameters.size(); ++i) {
    QVERIFY(at::equal(many.of_parameters[i], one.of_parameters[i]));
  }
}

void FusedMarchTest::what_it_cannot_do_goes_to_the_reference() {
  const Field field = random_field(1, 16, 5);
  const Rays rays = random_rays(4, 17);
  RenderOptions options;
  QVERIFY(can_march_fused(field, rays, options, true));
  options.want_normals = true;
  QVERIFY(!can_march_fused(field, rays, options, true));
  QVERIFY(can_march_fused(field, rays, options, false));
  options.coarse = 200;
  options.fine = 200;
  QVERIFY(!can_march_fused(field, rays, options, false));
  const RenderOutput found = render(field, rays, options);
  const RenderOutput expected = render_reference(field, rays, options);
  QVERIFY(at::equal(found.features, expected.features));
  Field exact = field;
  exact.planes = exact.planes.to(at::kDouble);
  QVERIFY(!can_march_fused(exact, rays, {}, false));
}

QTEST_GUILESS_MAIN(FusedMarchTest)
#include "fused_march_test.moc"

// SPDX-License-Identifier: Apache-2.0
// The renderer of one ray in plain scalars: its gradients against differences, and all of it
// against the LibTorch reference.
#include "core/nn/torch.h"

#include "core/field/kernels/one_ray.h"
#include "core/field/renderer.h"
#include "tests/field/one_ray_cases.h"

#include <QtTest>

#include <cmath>
#include <vector>

using namespace portrait;
using namespace portrait::ray_math;

namespace {

void raw_of(const FieldOf<double>& field, const TestRay& ray, double* raw) {
  evaluate_ray(field, ray.view(), CellView(), 0.0, raw);
  if (ray.skips) raw[1] = raw[4] = kEmptyRaw;
}

Pixel<double> gradient_number(int number) {
  Pixel<double> of;
  for (int c = 0; c < kFieldChannels; ++c) of.features[c] = std::sin(1.3 * c + number);
  of.depth = number == 0 ? 0.7 : -1.9;
  of.opacity = number == 0 ? -0.4 : 2.5;
  return of;
}

double along(const Pixel<double>& of, const Pixel<double>& pixel) {
  double sum = of.opacity * pixel.opacity + of.depth * pixel.depth;
  for (int c = 0; c < kFieldChannels; ++c) sum += of.features[c] * pixel.features[c];
  return sum;
}

std::vector<double> pulled(const Numbers<double>& numbers, const TestRay& ray, int number) {
  std::vector<double> gradient;
  double raw[kSamples];
  const FieldOf<double> field = numbers.view();
  raw_of(field, ray, raw);
  const FieldGradientOf<double> to = numbers.into(gradient);
  const Pixel<double> of = gradient_number(number);
  pull_ray(field, ray.view(), raw, 1, &of, &to);
  return gradient;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace

class RayMathTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void gradients_are_what_differences_say_data() { add_cases(/*may_skip=*/true); }
  void gradients_are_what_differences_say();
  void two_gradients_are_two_single_ones();
  void it_is_the_reference_data() { add_cases(/*may_skip=*/false); }
  void it_is_the_reference();
  void stops_and_cells_leave_samples_out();

 private:
  // The reference leaves no samples out at given depths.
  static void add_cases(bool may_skip) {
    QTest::addColumn<int>("number");
    int number = 0;
    for (const Case& each : kCases) {
      if (may_skip || !each.skips) QTest::newRow(each.name) << number;
      ++number;
    }
  }
};

void RayMathTest::gradients_are_what_differences_say() {
  QFETCH(int, number);
  const Case& chosen = kCases[number];
  Numbers<double> numbers(field_of(chosen));
  const TestRay ray(chosen);
  const Pixel<double> of = gradient_number(0);
  const std::vector<double> found = pulled(numbers, ray, 0);
  const FieldOf<double> field = numbers.view();
  double raw[kSamples];
  const auto value = [&] {
    raw_of(field, ray, raw);
    return along(of, composite_ray(field, ray.view(), raw));
  };
  double largest = 0;
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double before = numbers.all[i];
    numbers.all[i] = before + kStep;
    const double above = value();
    numbers.all[i] = before - kStep;
    const double below = value();
    numbers.all[i] = before;
    const double expected = (above - below) / (2 * kStep);
    QVERIFY2(std::abs(found[i] - expected) < 1e-8 * (1 + std::abs(expected)),
             qPrintable(QString("number %1: %2, differences say %3")
                            .arg(i)
                            .arg(found[i], 0, 'g', 12)
                            .arg(expected, 0, 'g', 12)));
    largest = std::max(largest, std::abs(expected));
  }
  QVERIFY(largest > 1e-4);
}

void RayMathTest::two_gradients_are_two_single_ones() {
  for (const Case& chosen : kCases) {
    const Numbers<double> numbers(field_of(chosen));
    const TestRay ray(chosen);
    const FieldOf<double> field = numbers.view();
    double raw[kSamples];
    raw_of(field, ray, raw);
    std::vector<double> together[2];
    const FieldGradientOf<double> to[2] = {numbers.into(together[0]), numbers.into(together[1])};
    const Pixel<double> of[2] = {gradient_number(0), gradient_number(1)};
    pull_ray(field, ray.view(), raw, 2, of, to);
    for (int g = 0; g < 2; ++g) QVERIFY(together[g] == pulled(numbers, ray, g));
  }
}

void RayMathTest::it_is_the_reference() {
  QFETCH(int, number);
  const Case& chosen = kCases[number];
  const Field field = field_of(chosen);
  const TestRay ray(chosen);
  const auto row = [](const double* from, int count) {
    return at::tensor(at::ArrayRef<double>(from, std::size_t(count))).view({1, count});
  };
  const Rays rays{row(ray.origin, 3), row(ray.direction, 3)};
  const Tensor depths = row(ray.t, kSamples);
  RenderOptions options;
  options.background.reset();

  const at::AutoGradMode on(true);
  std::vector<Tensor> parameters{field.planes};
  for (const auto& named : field.decoder.named_parameters()) parameters.push_back(named.second);
  for (const Tensor& tensor : parameters) tensor.set_requires_grad(true);
  const RenderOutput expected = render_depths_reference(field, rays, depths, options);
  const Pixel<double> of = gradient_number(0);
  const Tensor loss = (expected.features * row(of.features, kFieldChannels)).sum() +
                      expected.depth.sum() * of.depth + expected.opacity.sum() * of.opacity;
  loss.backward();

  const Numbers<double> numbers(field);
  double raw[kSamples];
  raw_of(numbers.view(), ray, raw);
  const Pixel<double> found = composite_ray(numbers.view(), ray.view(), raw);
  const Tensor features = expected.features.detach();
  QVERIFY(largest_difference(features, row(found.features, kFieldChannels)) < 1e-12);
  QVERIFY(std::abs(found.depth - expected.depth.item<double>()) < 1e-9);
  QVERIFY(std::abs(found.opacity - expected.opacity.item<double>()) < 1e-12);

  Field gradient = field;
  gradient.planes = field.planes.grad();
  gradient.decoder.w0 = field.decoder.w0.grad();
  gradient.decoder.b0 = field.decoder.b0.grad();
  gradient.decoder.w1 = field.decoder.w1.grad();
  gradient.decoder.b1 = field.decoder.b1.grad();
  const std::vector<double> of_reference = Numbers<double>(gradient).all;
  const std::vector<double> of_template = pulled(numbers, ray, 0);
  QCOMPARE(of_template.size(), of_reference.size());
  for (std::size_t i = 0; i < of_template.size(); ++i) {
    QVERIFY(std::abs(of_template[i] - of_reference[i]) < 1e-9);
  }

  const Numbers<float> rounded(field);
  const auto single = [](const double* from) { return std::vector<float>(from, from + 3); };
  const std::vector<float> origin = single(ray.origin);
  const std::vector<float> direction = single(ray.direction);
  const std::vector<float> t(ray.t, ray.t + kSamples);
  const OneRay<float> view{origin.data(), direction.data(), t.data(), kSamples};
  float raw_single[kSamples];
  evaluate_ray(rounded.view(), view, CellView(), 0.0F, raw_single);
  const Pixel<float> pixel = composite_ray(rounded.view(), view, raw_single);
  for (int c = 0; c < kFieldChannels; ++c) {
    QVERIFY(std::abs(double(pixel.features[c]) - found.features[c]) < 1e-5);
  }
  QVERIFY(std::abs(double(pixel.opacity) - found.opacity) < 1e-5);
  // The depth is a quotient by the opacity, which has float's rounding of 1 in it.
  QVERIFY(std::abs(double(pixel.depth) - found.depth) * found.opacity < 1e-5);
}

void RayMathTest::stops_and_cells_leave_samples_out() {
  const Case wall{"", 1, 40};
  const Numbers<double> numbers(field_of(wall));
  const FieldOf<double> field = numbers.view();
  const TestRay ray(wall);
  double raw[kSamples];
  evaluate_ray(field, ray.view(), CellView(), 0.0, raw);
  const Pixel<double> whole = composite_ray(field, ray.view(), raw);
  evaluate_ray(field, ray.view(), CellView(), 1e-4, raw);
  const Pixel<double> stopped = composite_ray(field, ray.view(), raw);
  QVERIFY(raw[0] != double(kEmptyRaw));
  QCOMPARE(raw[kSamples - 1], double(kEmptyRaw));
  QVERIFY(std::abs(stopped.opacity - whole.opacity) < 1e-4);
  for (int c = 0; c < kFieldChannels; ++c) {
    QVERIFY(std::abs(stopped.features[c] - whole.features[c]) < 2e-4);
  }

  const std::uint8_t occupied[8] = {1, 1, 1, 1, 0, 0, 0, 0};  // the half behind z = 0
  const CellView cells{2, 0.5F, occupied};
  evaluate_ray(field, ray.view(), cells, 0.0, raw);
  for (int k = 0; k < kSamples; ++k) {
    const double z = ray.origin[2] + ray.t[k] * ray.direction[2];
    QCOMPARE(raw[k] != double(kEmptyRaw), z < 0 && z >= -0.5);
  }
}

QTEST_GUILESS_MAIN(RayMathTest)
#include "ray_math_test.moc"

// SPDX-License-Identifier: Apache-2.0
// The renderer of one ray in plain scalars: its gradients against differences, and all of it
// against the LibTorch reference.
#include "core/nn/torch.h"

#include "core/field/kernels/one_ray.h"
#include "core/field/packed_planes.h"
#include "core/field/renderer.h"
#include "tests/field/test_fields.h"

#include <QtTest>

#include <cmath>
#include <memory>
#include <vector>

using namespace portrait;
using namespace portrait::ray_math;

namespace {

constexpr int kHeight = 4;
constexpr int kWidth = 5;
constexpr int kSamples = 6;

// The numbers of a field in kernel layout, all of them in one row, so that each can be nudged.
template <typename Scalar>
struct Numbers {
  explicit Numbers(const Field& field) {
    layout = {field.frame.depth_slices, kHeight, kWidth, field.frame};
    colour_low = Scalar(field.decoder.colour_low);
    colour_high = Scalar(field.decoder.colour_high);
    const Decoder& d = field.decoder;
    for (const Tensor& part :
         {pack_planes(field.planes.unsqueeze(0)), d.w0.t(), d.b0, d.w1[0], d.b1.narrow(0, 0, 1),
          d.w1.narrow(0, 1, kFieldChannels).t(), d.b1.narrow(0, 1, kFieldChannels)}) {
      const Tensor flat = part.detach().to(at::kDouble).contiguous().view({-1});
      starts.push_back(all.size());
      for (std::int64_t i = 0; i < flat.numel(); ++i) {
        all.push_back(Scalar(flat.data_ptr<double>()[i]));
      }
    }
  }

  FieldOf<Scalar> view() const {
    const auto at = [&](std::size_t part) { return all.data() + starts[part]; };
    return {layout, at(0), {at(1), at(2), at(3), at(4), at(5), at(6), colour_low, colour_high}};
  }
  // Room for the gradient of all numbers, as a FieldGradientOf.
  FieldGradientOf<Scalar> into(std::vector<Scalar>& room) const {
    room.assign(all.size(), 0);
    const auto at = [&](std::size_t part) { return room.data() + starts[part]; };
    return {at(0), at(1), at(2), at(3), at(4), at(5), at(6)};
  }

  PlaneLayout layout;
  std::vector<Scalar> all;
  std::vector<std::size_t> starts;
  Scalar colour_low = 0;
  Scalar colour_high = 1;
};

struct Case {
  const char* name;
  int slices = 1;
  double raw_bias = 0;
  bool misses = false;
  bool skips = false;  // two of the samples are left out
};
const Case kCases[] = {{"random"},
                       {"random, three slices", 3},
                       {"opaque wall", 1, 40},
                       {"nearly empty", 3, -8},
                       {"ray that misses", 1, 0, true},
                       {"samples left out", 1, 1, false, true}};

Field field_of(const Case& chosen) {
  Field field = random_field(chosen.slices, kHeight, 21);
  field.planes = at::cat({field.planes, field.planes.narrow(4, 1, kWidth - kHeight).neg()}, 4);
  for (Tensor* tensor : {&field.planes, &field.decoder.w0, &field.decoder.b0, &field.decoder.w1,
                         &field.decoder.b1}) {
    *tensor = tensor->to(at::kDouble);
  }
  field.decoder.b1[0] = chosen.raw_bias;
  return field;
}

// A ray through the box, or past it, with uneven samples.
struct TestRay {
  explicit TestRay(const Case& chosen) : skips(chosen.skips) {
    if (chosen.misses) origin[1] = 3;
    const double length = std::sqrt(0.32 * 0.32 + 0.1 * 0.1 + 0.9 * 0.9);
    for (double& along : direction) along /= length;
  }
  OneRay<double> view() const { return {origin, direction, t, kSamples}; }

  double origin[3] = {0.4, -0.1, 1.2};
  double direction[3] = {-0.32, 0.1, -0.9};
  double t[kSamples] = {0.81, 0.97, 1.2, 1.31, 1.58, 1.7};
  bool skips;
};

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
  void gradients_are_what_differences_say_data() { add_cases(); }
  void gradients_are_what_differences_say();
  void two_gradients_are_two_single_ones();
  void it_is_the_reference_data() { add_cases(); }
  void it_is_the_reference();
  void stops_and_cells_leave_samples_out();

 private:
  static void add_cases() {
    QTest::addColumn<int>("number");
    int number = 0;
    for (const Case& each : kCases) QTest::newRow(each.name) << number++;
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
  if (chosen.skips) QSKIP("the reference leaves no samples out at given depths");
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

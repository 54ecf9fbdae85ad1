// SPDX-License-Identifier: Apache-2.0
// The kernels at points and on blocks against the definition in LibTorch.
#include "core/nn/torch.h"

#include "core/field/evaluator.h"
#include "core/field/packed_planes.h"
#include "core/field/triplane.h"
#include "tests/field/test_fields.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

double largest(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }

// In the box and a little beyond it.
Tensor random_points(int count) {
  RandomStream random({9, random_purpose("test points"), 0, 0});
  const Tensor points = at::empty({count, 3});
  random.fill_uniform({points.data_ptr<float>(), std::size_t(3 * count)});
  return points.mul_(1.2).sub_(0.6);
}

Decoded by_definition(const Field& field, const Tensor& points) {
  return field.decoder.decode(
      sample_planes(field.planes.unsqueeze(0), points.unsqueeze(0), field.frame)[0]);
}

}  // namespace

class PointKernelsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void points_data() { add_slices(); }
  void points();
  void blocks_data() { add_slices(); }
  void blocks();
  void other_types_take_blocks_too();
  void densities_and_alphas();

 private:
  static void add_slices() {
    QTest::addColumn<int>("slices");
    for (const int slices : {1, 2, 3, 5}) QTest::addRow("%d slices", slices) << slices;
  }
};

void PointKernelsTest::points() {
  QFETCH(int, slices);
  const Field field = random_field(slices, 19, 3);
  QVERIFY(fits_kernels(field));
  for (const int count : {1, 7, 256, 1000}) {
    const Tensor at_points = random_points(count);
    const Decoded expected = by_definition(field, at_points);
    const FieldEvaluator::Values found = FieldEvaluator(field).values(at_points);
    QVERIFY(largest(found.raw, expected.raw_density.squeeze(1)) < 2e-5);
    QVERIFY(largest(found.colours, expected.colours) < 1e-5);
    QVERIFY(at::equal(FieldEvaluator(field).raw(at_points), found.raw));
  }
}

void PointKernelsTest::blocks() {
  QFETCH(int, slices);
  const Field field = random_field(slices, 19, 3);
  const FieldEvaluator evaluator(field);
  const Tensor lines[3] = {at::linspace(-0.55, 0.52, 16), at::linspace(0.1, 0.3, 11),
                           at::linspace(-0.49, 0.57, 9)};
  PointBlock block;
  for (int axis = 0; axis < 3; ++axis) {
    block.at[axis] = lines[axis].data_ptr<float>();
    block.size[axis] = int(lines[axis].size(0));
  }
  std::vector<std::uint8_t> wanted(std::size_t(block.count()));
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = i % 3 != 1;
  std::vector<float> raw(wanted.size(), -7);
  std::vector<float> rgb(3 * wanted.size());
  evaluator.block(block, wanted.data(), raw.data(), rgb.data());
  const std::vector<Tensor> grid = at::meshgrid({lines[2], lines[1], lines[0]}, "ij");
  const Tensor at_points =
      at::stack({grid[2].reshape(-1), grid[1].reshape(-1), grid[0].reshape(-1)}, 1);
  const Decoded expected = by_definition(field, at_points);
  const Tensor s = expected.raw_density.squeeze(1).contiguous();
  const Tensor colours = expected.colours.narrow(1, 0, 3).contiguous();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i]) {
      QCOMPARE(raw[i], -7.0F);
      continue;
    }
    QVERIFY(std::abs(raw[i] - s.data_ptr<float>()[i]) < 2e-5F);
    for (std::size_t c = 0; c < 3; ++c) {
      QVERIFY(std::abs(rgb[3 * i + c] - colours.data_ptr<float>()[3 * i + c]) < 1e-5F);
    }
  }
  // All of them, without colours.
  evaluator.block(block, nullptr, raw.data(), nullptr);
  const Tensor all = at::from_blob(raw.data(), {std::int64_t(raw.size())}, at::kFloat);
  QVERIFY(largest(all, s) < 2e-5);
}

void PointKernelsTest::other_types_take_blocks_too() {
  const Field field = random_field(2, 12, 3);
  Field exact = field;
  exact.planes = exact.planes.to(at::kDouble);
  for (Tensor* t : {&exact.decoder.w0, &exact.decoder.b0, &exact.decoder.w1, &exact.decoder.b1}) {
    *t = t->to(at::kDouble);
  }
  const float line[4] = {-0.3F, -0.1F, 0.2F, 0.45F};
  const PointBlock block{{line, line, line}, {4, 3, 2}};
  std::vector<float> found[2];
  std::vector<float> rgb[2];
  int i = 0;
  for (const Field* each : std::initializer_list<const Field*>{&field, &exact}) {
    found[i].resize(24);
    rgb[i].resize(72);
    FieldEvaluator(*each).block(block, nullptr, found[i].data(), rgb[i].data());
    ++i;
  }
  for (std::size_t k = 0; k < 24; ++k) QVERIFY(std::abs(found[0][k] - found[1][k]) < 2e-5F);
  for (std::size_t k = 0; k < 72; ++k) QVERIFY(std::abs(rgb[0][k] - rgb[1][k]) < 1e-5F);
}

void PointKernelsTest::densities_and_alphas() {
  std::vector<float> raw;
  for (int i = 0; i < 61; ++i) raw.push_back(float(i) - 30);
  std::vector<float> density(raw.size());
  std::vector<float> alpha(raw.size());
  densities_of_raw(raw.data(), std::int64_t(raw.size()), density.data());
  alphas_of_raw(raw.data(), std::int64_t(raw.size()), 0.02F, alpha.data());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const double expected = std::log1p(std::exp(double(raw[i]) - 1));
    QVERIFY(std::abs(density[i] - expected) < 1e-6 * (1 + expected));
    QVERIFY(std::abs(alpha[i] - (1 - std::exp(-expected * 0.02))) < 1e-6);
  }
}

QTEST_GUILESS_MAIN(PointKernelsTest)
#include "point_kernels_test.moc"

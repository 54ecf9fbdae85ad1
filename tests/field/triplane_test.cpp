// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/field/packed_planes.h"
#include "core/field/triplane.h"
#include "tests/field/test_fields.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace portrait;

namespace {

Tensor random_tensor(at::IntArrayRef sizes, std::uint64_t seed, double scale = 1) {
  const Tensor tensor = at::empty(sizes, at::kFloat);
  RandomStream random({seed, random_purpose("triplane test"), 0, 0});
  random.fill_normal({tensor.data_ptr<float>(), std::size_t(tensor.numel())});
  return tensor * scale;
}

// One point, one channel, straight from the words of the header.
double naive_sample(const Tensor& planes, const double point[3], int channel,
                    const FieldFrame& frame) {
  const auto texels = planes.accessor<double, 5>();  // [3,D,C,H,W]
  const int depth = frame.depth_slices;
  const int height = int(planes.size(3));
  const int width = int(planes.size(4));
  double sum = 0;
  for (int p = 0; p < 3; ++p) {
    const double u = point[frame.planes[p].width_axis] / frame.half_extent;
    const double v = point[frame.planes[p].height_axis] / frame.half_extent;
    const double n = point[frame.planes[p].normal_axis()] / frame.half_extent;
    const double x = (u + 1) / 2 * width - 0.5;
    const double y = (v + 1) / 2 * height - 0.5;
    const double z = std::clamp((n + 1) / 2 * depth - 0.5, 0.0, depth - 1.0);
    for (int slice = 0; slice < depth; ++slice) {
      const double wz = std::max(0.0, 1 - std::abs(z - slice));
      for (int row = 0; row < height; ++row) {
        for (int column = 0; column < width; ++column) {
          const double w = std::max(0.0, 1 - std::abs(x - column)) *
                           std::max(0.0, 1 - std::abs(y - row)) * wz;
          sum += w * texels[p][slice][channel][row][column] / 3;
        }
      }
    }
  }
  return sum;
}

}  // namespace

class TriplaneTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void matches_the_naive_reference_data();
  void matches_the_naive_reference();
  void end_slices_hold_to_the_border();
  void gradcheck_data();
  void gradcheck();
  void packed_matches_data();
  void packed_matches();
  void packed_gradient_is_the_same_every_time();
  void refuses_other_shapes();
};

void TriplaneTest::matches_the_naive_reference_data() {
  QTest::addColumn<int>("depth");
  QTest::addColumn<bool>("eg3d");
  QTest::addColumn<double>("half_extent");
  QTest::newRow("own") << 1 << false << 0.5;
  QTest::newRow("EG3D") << 1 << true << 0.5;
  QTest::newRow("two slices") << 2 << false << 0.5;
  QTest::newRow("two slices, EG3D axes, larger box") << 2 << true << 0.65;
  QTest::newRow("three slices") << 3 << false << 0.5;
}

void TriplaneTest::matches_the_naive_reference() {
  QFETCH(int, depth);
  QFETCH(bool, eg3d);
  QFETCH(double, half_extent);
  FieldFrame frame = eg3d ? FieldFrame::eg3d() : FieldFrame::own();
  frame.depth_slices = depth;
  frame.half_extent = half_extent;
  const Tensor planes = random_tensor({2, 3, depth, 4, 5, 6}, 1).to(at::kDouble);
  const Tensor points = random_tensor({2, 40, 3}, 2, 0.4).to(at::kDouble);  // some outside
  const Tensor found = sample_planes(planes, points, frame);
  QCOMPARE(found.size(2), std::int64_t(4));
  for (int b = 0; b < 2; ++b) {
    const Tensor own = planes[b].contiguous();
    for (int i = 0; i < 40; ++i) {
      double point[3];
      for (int axis = 0; axis < 3; ++axis) point[axis] = points[b][i][axis].item<double>();
      for (int channel = 0; channel < 4; ++channel) {
        const double expected = naive_sample(own, point, channel, frame);
        QVERIFY(std::abs(found[b][i][channel].item<double>() - expected) < 1e-9);
      }
    }
  }
}

// Only the plane (x, y), whose normal is z, holds anything: 0 in its first slice, 3 in its second.
void TriplaneTest::end_slices_hold_to_the_border() {
  const FieldFrame frame = FieldFrame::own(2);
  const Tensor planes = at::zeros({1, 3, 2, 1, 4, 4});
  planes[0][0][1].fill_(3);
  const auto value = [&](float z) {
    return sample_planes(planes, at::tensor({0.0F, 0.0F, z}).view({1, 1, 3}), frame).item<float>();
  };
  QCOMPARE(value(0.25F), 1.0F);  // the second slice's centre
  QCOMPARE(value(0.49F), 1.0F);
  QCOMPARE(value(0.7F), 1.0F);
  QCOMPARE(value(0.0F), 0.5F);
  QCOMPARE(value(-0.25F), 0.0F);
  QCOMPARE(value(-0.49F), 0.0F);
}

void TriplaneTest::gradcheck_data() {
  QTest::addColumn<int>("depth");
  QTest::newRow("tri-plane") << 1;
  QTest::newRow("tri-grid") << 2;
}

void TriplaneTest::gradcheck() {
  QFETCH(int, depth);
  const FieldFrame frame = FieldFrame::own(depth);
  const Tensor planes = random_tensor({1, 3, depth, 2, 3, 4}, 3).to(at::kDouble);
  const Tensor points = random_tensor({1, 7, 3}, 4, 0.2).to(at::kDouble);
  const Tensor probe = random_tensor({1, 7, 2}, 5).to(at::kDouble);
  const auto loss = [&](const Tensor& t, const Tensor& p) {
    return (sample_planes(t, p, frame).sin() * probe).sum();
  };
  const Tensor leaf_planes = planes.clone().set_requires_grad(true);
  const Tensor leaf_points = points.clone().set_requires_grad(true);
  loss(leaf_planes, leaf_points).backward();
  const double step = 1e-6;
  for (std::int64_t i = 0; i < planes.numel(); ++i) {
    const Tensor shift = at::zeros_like(planes);
    shift.view({-1})[i] = step;
    const double expected =
        (loss(planes + shift, points) - loss(planes - shift, points)).item<double>() / (2 * step);
    QVERIFY(std::abs(leaf_planes.grad().view({-1})[i].item<double>() - expected) < 1e-7);
  }
  for (std::int64_t i = 0; i < points.numel(); ++i) {
    const Tensor shift = at::zeros_like(points);
    shift.view({-1})[i] = step;
    const double expected =
        (loss(planes, points + shift) - loss(planes, points - shift)).item<double>() / (2 * step);
    QVERIFY(std::abs(leaf_points.grad().view({-1})[i].item<double>() - expected) < 1e-6);
  }
}

void TriplaneTest::packed_matches_data() {
  QTest::addColumn<int>("depth");
  QTest::addColumn<int>("channels");
  QTest::newRow("tri-plane") << 1 << 32;
  QTest::newRow("tri-grid") << 2 << 32;
  QTest::newRow("three slices, 16 channels") << 3 << 16;
  QTest::newRow("no kernel for 8 channels") << 1 << 8;
}

void TriplaneTest::packed_matches() {
  QFETCH(int, depth);
  QFETCH(int, channels);
  for (const bool eg3d : {false, true}) {
    FieldFrame frame = eg3d ? FieldFrame::eg3d() : FieldFrame::own();
    frame.depth_slices = depth;
    const Tensor planes = random_tensor({2, 3, depth, channels, 9, 13}, 6);
    const Tensor points = random_tensor({2, 5000, 3}, 7, 0.3);
    const Tensor probe = random_tensor({2, 5000, channels}, 8);
    const Tensor a = planes.clone().set_requires_grad(true);
    const Tensor b = planes.clone().set_requires_grad(true);
    const Tensor plain = sample_planes(a, points, frame);
    const Tensor packed = sample_packed_planes(pack_planes(b), points, frame);
    QVERIFY((plain - packed).abs().max().item<double>() < 1e-5);
    (plain * probe).sum().backward();
    (packed * probe).sum().backward();
    QVERIFY(a.grad().abs().max().item<double>() > 1);
    QVERIFY((a.grad() - b.grad()).abs().max().item<double>() < 1e-4);
    const at::NoGradGuard no_gradient;
    QVERIFY(sample_packed_planes(pack_planes(planes), points, frame).equal(packed.detach()));
  }
}

void TriplaneTest::packed_gradient_is_the_same_every_time() {
  const Tensor planes = random_tensor({1, 3, 1, 32, 8, 8}, 9);
  const Tensor points = random_tensor({1, 20000, 3}, 10, 0.3);
  Tensor first;
  for (int round = 0; round < 3; ++round) {
    const Tensor leaf = planes.clone().set_requires_grad(true);
    sample_packed_planes(pack_planes(leaf), points, FieldFrame::own()).sin().sum().backward();
    if (round == 0) first = leaf.grad();
    QVERIFY(leaf.grad().equal(first));
  }
}

void TriplaneTest::refuses_other_shapes() {
  const Tensor planes = at::zeros({1, 3, 1, 32, 4, 4});
  QVERIFY_EXCEPTION_THROWN(sample_planes(planes, at::zeros({2, 5, 3}), FieldFrame::own()), Error);
  QVERIFY_EXCEPTION_THROWN(sample_planes(planes, at::zeros({1, 5, 3}), FieldFrame::own(2)), Error);
}

QTEST_GUILESS_MAIN(TriplaneTest)
#include "triplane_test.moc"

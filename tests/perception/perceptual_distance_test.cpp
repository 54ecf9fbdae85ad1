// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/random_tensor.h"
#include "core/perception/perceptual_distance.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

constexpr FaceTrunkConfig kSmall = {6, {6, 8, 8}};

Tensor pictures(at::IntArrayRef shape, std::uint32_t number) {
  return at::sigmoid(normal_tensor({1, random_purpose("perceptual test"), number, 0}, shape));
}

// Weights that differ from each other and residual blocks that do something.
PerceptualDistance trained_looking(at::ScalarType type) {
  TensorMap tensors = PerceptualDistance(kSmall, 5).tensors();
  std::uint32_t number = 100;
  for (auto& [name, tensor] : tensors) {
    const Tensor noise =
        normal_tensor({2, random_purpose("perceptual test"), number++, 0}, tensor.sizes());
    tensor = (tensor + 0.1 * noise).to(type);
  }
  return PerceptualDistance(tensors, kSmall);
}

}  // namespace

class PerceptualDistanceTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void it_is_nothing_for_equal_pictures_and_the_same_both_ways() {
    const PerceptualDistance distance;
    const Tensor a = pictures({2, 3, 112, 112}, 0), b = pictures({2, 3, 112, 112}, 1);
    QCOMPARE(distance(a, a).abs().max().item<double>(), 0.0);
    const Tensor there = distance(a, b);
    QCOMPARE(there.sizes().vec(), (std::vector<std::int64_t>{2}));
    QVERIFY(there.min().item<double>() > 1e-3);
    QVERIFY((there - distance(b, a)).abs().max().item<double>() < 1e-6);
    QVERIFY(at::equal(distance.between(distance.features(a), distance.features(b)), there));
  }

  void pictures_of_any_size_are_compared_one_by_one() {
    const PerceptualDistance distance = trained_looking(at::kFloat);
    const Tensor a = pictures({3, 3, 40, 57}, 2), b = pictures({3, 3, 40, 57}, 3);
    const Tensor all = distance(a, b);
    for (std::int64_t i = 0; i < 3; ++i) {
      const Tensor one = distance(a.slice(0, i, i + 1), b.slice(0, i, i + 1));
      QVERIFY(std::abs((one[0] - all[i]).item<double>()) < 1e-5);
    }
    QVERIFY_THROWS_EXCEPTION(Error, distance(a, b.slice(3, 0, 50)));
    QVERIFY_THROWS_EXCEPTION(Error, distance(at::zeros({1, 3, 12, 40}), at::zeros({1, 3, 12, 40})));
  }

  // The equation of the header, place by place.
  void it_is_the_equation() {
    const PerceptualDistance distance = trained_looking(at::kDouble);
    const TensorMap tensors = distance.tensors();
    Parameters parameters = Parameters::bound(tensors);
    const FaceTrunk trunk(parameters, kSmall);
    const Tensor a = pictures({1, 3, 24, 20}, 4).to(at::kDouble);
    const Tensor b = pictures({1, 3, 24, 20}, 5).to(at::kDouble);
    const auto of_a = trunk(a), of_b = trunk(b);
    double expected = 0;
    for (std::size_t level = 0; level < of_a.size(); ++level) {
      const auto x = of_a[level].accessor<double, 4>(), y = of_b[level].accessor<double, 4>();
      const Tensor weights = tensors.at("weight" + std::to_string(level));
      const auto w = weights.accessor<double, 1>();
      double sum = 0;
      for (std::int64_t v = 0; v < x.size(2); ++v) {
        for (std::int64_t u = 0; u < x.size(3); ++u) {
          double xx = 1e-4, yy = 1e-4;
          for (std::int64_t c = 0; c < x.size(1); ++c) {
            xx += x[0][c][v][u] * x[0][c][v][u];
            yy += y[0][c][v][u] * y[0][c][v][u];
          }
          for (std::int64_t c = 0; c < x.size(1); ++c) {
            const double d = x[0][c][v][u] / std::sqrt(xx) - y[0][c][v][u] / std::sqrt(yy);
            sum += std::log1p(std::exp(w[c])) * d * d;
          }
        }
      }
      expected += sum / double(x.size(2) * x.size(3));
    }
    QVERIFY(std::abs(distance(a, b).item<double>() - expected) < 1e-10 * expected);
  }

  void its_gradient_is_that_of_its_numbers() {
    const PerceptualDistance distance = trained_looking(at::kDouble);
    Tensor a = pictures({1, 3, 20, 18}, 6).to(at::kDouble).set_requires_grad(true);
    const Tensor b = pictures({1, 3, 20, 18}, 7).to(at::kDouble);
    distance(a, b).sum().backward();
    const Tensor gradient = a.grad().flatten();
    const at::NoGradGuard no_grad;
    RandomStream random({3, random_purpose("perceptual test"), 0, 0});
    constexpr double kStep = 1e-6;
    for (int i = 0; i < 30; ++i) {
      const int place = random.integer(0, int(gradient.numel()) - 1);
      const auto moved = [&](double by) {
        Tensor x = a.detach().clone();
        x.view({-1})[place] += by;
        return distance(x, b).item<double>();
      };
      const double slope = (moved(kStep) - moved(-kStep)) / (2 * kStep);
      const double told = gradient[place].item<double>();
      QVERIFY2(std::abs(slope - told) < 1e-6 * std::abs(told) + 1e-8,
               qPrintable(QString("%1 and %2").arg(slope).arg(told)));
    }
    QVERIFY(gradient.abs().max().item<double>() > 1e-5);
  }

  void tensors_and_configuration_make_the_same_network() {
    const PerceptualDistance distance = trained_looking(at::kFloat);
    const FaceTrunkConfig read = perceptual_config(perceptual_json(kSmall));
    const Tensor a = pictures({1, 3, 32, 32}, 8), b = pictures({1, 3, 32, 32}, 9);
    QVERIFY(at::equal(PerceptualDistance(distance.tensors(), read)(a, b), distance(a, b)));
    TensorMap fewer = distance.tensors();
    fewer.erase("weight3");
    QVERIFY_THROWS_EXCEPTION(Error, PerceptualDistance(fewer, read));
  }
};

QTEST_GUILESS_MAIN(PerceptualDistanceTest)
#include "perceptual_distance_test.moc"

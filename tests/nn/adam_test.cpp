// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/adam.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace portrait;

namespace {

Tensor leaf(std::initializer_list<double> values) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).set_requires_grad(true);
}

void set_grad(Tensor& parameter, std::initializer_list<double> values) {
  parameter.mutable_grad() = at::tensor(at::ArrayRef<double>(values), at::kDouble);
}

bool near(const Tensor& tensor, int index, double expected) {
  return std::abs(tensor[index].item<double>() - expected) < 1e-12;
}

// Algorithm 1 of Kingma and Ba on one number, written as in the paper.
struct PaperAdam {
  double rate, beta1, beta2, epsilon;
  double m = 0, v = 0;
  int t = 0;
  double step(double x, double g) {
    ++t;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const double m_hat = m / (1 - std::pow(beta1, t));
    const double v_hat = v / (1 - std::pow(beta2, t));
    return x - rate * m_hat / (std::sqrt(v_hat) + epsilon);
  }
};

}  // namespace

class AdamTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // The first step is the learning rate against the sign: m_hat = g, v_hat = g^2.
  void the_first_step_by_hand() {
    Tensor x = leaf({1, -2, 3});
    Adam adam({{{{"x", x}}, 1}}, {.learning_rate = 0.1, .epsilon = 0});
    set_grad(x, {4, -0.5, 1e-3});
    adam.step();
    QVERIFY(near(x, 0, 0.9) && near(x, 1, -1.9) && near(x, 2, 2.9));
    QCOMPARE(adam.steps(), std::int64_t{1});
  }

  void many_steps_follow_the_paper() {
    Tensor x = leaf({1, -2});
    Adam adam({{{{"x", x}}, 0.5}},
              {.learning_rate = 0.02, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-4});
    PaperAdam first{0.01, 0.8, 0.95, 1e-4};
    PaperAdam second = first;
    double a = 1;
    double b = -2;
    for (int i = 0; i < 50; ++i) {
      const double ga = std::sin(i * 0.7) + 0.3;
      const double gb = a * 0.1;
      set_grad(x, {ga, gb});
      adam.step();
      a = first.step(a, ga);
      b = second.step(b, gb);
      QVERIFY(near(x, 0, a) && near(x, 1, b));
    }
  }

  void decay_is_decoupled() {
    Tensor x = leaf({2});
    Adam adam({{{{"x", x}}, 1}}, {.learning_rate = 0.1, .epsilon = 0, .weight_decay = 0.5});
    set_grad(x, {1});
    adam.step(0.5);  // x (1 - 0.05 * 0.5) - 0.05
    QVERIFY(near(x, 0, 2 * 0.975 - 0.05));
  }

  void a_parameter_without_a_gradient_is_left_alone() {
    Tensor x = leaf({1});
    Tensor y = leaf({1});
    Adam adam({{{{"x", x}}, 1}, {{{"y", y}}, 1}}, {});
    set_grad(x, {1});
    adam.step();
    QVERIFY(near(y, 0, 1));
    QVERIFY(!near(x, 0, 1));
    adam.zero_grad();
    QVERIFY(!x.grad().defined());
  }

  void norms_see_every_gradient() {
    Tensor x = leaf({0, 0});
    Tensor y = leaf({0});
    Adam adam({{{{"x", x}, {"y", y}}, 1}}, {});
    QCOMPARE(adam.gradient_norm(), 0.0);
    set_grad(x, {3, 0});
    set_grad(y, {4});
    QCOMPARE(adam.gradient_norm(), 5.0);
    adam.scale_gradients(0.5);
    QCOMPARE(adam.gradient_norm(), 2.5);
    set_grad(y, {std::numeric_limits<double>::quiet_NaN()});
    QVERIFY(!std::isfinite(adam.gradient_norm()));
  }

  void saved_state_goes_on_bit_for_bit() {
    const auto gradient = [](int i) { return std::cos(i * 1.3); };
    Tensor x = leaf({1});
    Adam whole({{{{"x", x}}, 1}}, {});
    Tensor y = leaf({1});
    TensorMap saved;
    {
      Adam half({{{{"x", y}}, 1}}, {});
      for (int i = 0; i < 5; ++i) {
        set_grad(y, {gradient(i)});
        half.step();
      }
      half.save_to(saved);
      for (auto& [name, tensor] : saved) tensor = tensor.clone();
    }
    Adam rest({{{{"x", y}}, 1}}, {});
    rest.load_from(saved);
    QCOMPARE(rest.steps(), std::int64_t{5});
    for (int i = 0; i < 10; ++i) {
      set_grad(x, {gradient(i)});
      whole.step();
      if (i < 5) continue;
      set_grad(y, {gradient(i)});
      rest.step();
    }
    QVERIFY(at::equal(x, y));
  }

  // A snapshot for a rollback must not change with the next step.
  void saved_state_is_a_copy() {
    Tensor x = leaf({1});
    Adam adam({{{{"x", x}}, 1}}, {});
    set_grad(x, {1});
    adam.step();
    TensorMap saved;
    adam.save_to(saved);
    const Tensor before = saved.at("adam.m.x").clone();
    adam.step();
    QVERIFY(at::equal(saved.at("adam.m.x"), before));
  }

  void foreign_state_is_refused_and_changes_nothing() {
    Tensor x = leaf({1});
    Tensor y = leaf({1, 2});
    Adam one({{{{"x", x}}, 1}}, {});
    Adam two({{{{"x", y}}, 1}}, {});
    set_grad(x, {1});
    one.step();
    TensorMap saved;
    one.save_to(saved);
    QVERIFY_THROWS_EXCEPTION(Error, two.load_from(saved));
    QVERIFY_THROWS_EXCEPTION(Error, one.load_from({}));
    QCOMPARE(one.steps(), std::int64_t{1});
    TensorMap part = saved;
    part["adam.m.x"] = at::full({1}, 9, at::kDouble);
    part.erase("adam.steps");
    QVERIFY_THROWS_EXCEPTION(Error, one.load_from(part));
    TensorMap after;
    one.save_to(after);
    QVERIFY(at::equal(after.at("adam.m.x"), saved.at("adam.m.x")));
  }

  void only_leaves_can_be_optimised() {
    Tensor x = leaf({1});
    QVERIFY_THROWS_EXCEPTION(Error, Adam({{{{"x", x * 2}}, 1}}, {}));
    QVERIFY_THROWS_EXCEPTION(Error, Adam({{{{"x", at::zeros({1})}}, 1}}, {}));
  }
};

QTEST_GUILESS_MAIN(AdamTest)
#include "adam_test.moc"

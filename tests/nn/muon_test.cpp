// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/nn/muon.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace portrait;

namespace {

Tensor normal(std::initializer_list<std::int64_t> shape, std::uint32_t index) {
  RandomStream random({1, random_purpose("muon test"), 0, index});
  Tensor drawn = at::empty(shape);
  random.fill_normal({drawn.data_ptr<float>(), static_cast<std::size_t>(drawn.numel())});
  return drawn.to(at::kDouble);
}

Tensor leaf(const Tensor& values) {
  return values.clone().set_requires_grad(true);
}

double largest(const Tensor& tensor) {
  return tensor.detach().abs().max().item<double>();
}

}  // namespace

class MuonTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Against the singular value decomposition: U f(S) V^T with f(S) near one.
  void an_orthogonalised_matrix_keeps_its_directions() {
    for (const auto& shape : {std::pair<std::int64_t, std::int64_t>{12, 30}, {30, 12}, {16, 16}}) {
      const Tensor matrix = normal({shape.first, shape.second}, 0);
      const auto [u, s, v] = at::svd(matrix);
      const Tensor inner = at::mm(at::mm(u.t(), orthogonalised(matrix)), v);
      const Tensor values = inner.diagonal();
      QVERIFY(largest(inner - at::diag(values)) < 1e-9);
      // The smallest of a square matrix may be too small for five steps.
      const Tensor enough = s > 0.02 * s.max();
      QVERIFY(values.masked_select(enough).min().item<double>() > 0.6);
      QVERIFY(values.max().item<double>() < 1.25);
    }
    QCOMPARE(largest(orthogonalised(at::zeros({8, 9}))), 0.0);
  }

  void matrices_of_a_stack_do_not_mix() {
    for (const auto& shape : {std::pair<std::int64_t, std::int64_t>{12, 30}, {30, 12}}) {
      const Tensor first = normal({shape.first, shape.second}, 10);
      const Tensor second = 5 * normal({shape.first, shape.second}, 11);
      const Tensor both = orthogonalised(at::stack({first, second}));
      QVERIFY(largest(both[0] - orthogonalised(first)) < 1e-12);
      QVERIFY(largest(both[1] - orthogonalised(second)) < 1e-12);
    }
  }

  // Among others of their size, of another size and without a gradient.
  void parameters_move_as_they_would_alone() {
    std::vector<Tensor> together, alone;
    Adam::Group group{{}, 1};
    for (std::uint32_t i = 0; i < 4; ++i) {
      const std::int64_t rows = i == 2 ? 16 : 9;
      together.push_back(leaf(at::zeros({rows, 11}, at::kDouble)));
      group.parameters.emplace_back(std::to_string(i), together.back());
    }
    Muon muon({group}, {});
    for (std::uint32_t i = 0; i < 4; ++i) {
      if (i == 1) continue;
      const Tensor gradient = normal({i == 2 ? 16 : 9, 11}, 20 + i);
      Tensor one = leaf(at::zeros_like(together[i]));
      Muon of_one({{{{"x", one}}, 1}}, {});
      together[i].mutable_grad() = gradient;
      one.mutable_grad() = gradient;
      of_one.step();
      alone.push_back(one);
    }
    muon.step();
    QVERIFY(largest(together[0] - alone[0]) < 1e-12);
    QCOMPARE(largest(together[1]), 0.0);
    QVERIFY(largest(together[2] - alone[1]) < 1e-12 && largest(together[3] - alone[2]) < 1e-12);
  }

  void size_of_the_gradient_does_not_count() {
    const Tensor matrix = normal({10, 20}, 1);
    QVERIFY(largest(orthogonalised(matrix) - orthogonalised(1e-4 * matrix)) < 1e-6);
  }

  // Of equal singular values a multiple of the gradient's own direction is left, the same for all.
  void a_step_by_hand() {
    const auto [q, r] = at::linalg_qr(normal({9, 9}, 2));
    Tensor x = leaf(at::zeros({9, 9}, at::kDouble));
    Muon muon({{{{"x", x}}, 2}}, {.learning_rate = 0.1});
    x.mutable_grad() = 7 * q;
    muon.step(0.5);
    // q's singular values are one: the iteration starts from a third of it.
    double value = 1.0 / 3;
    for (int i = 0; i < 5; ++i)
      value = 3.4445 * value - 4.7750 * std::pow(value, 3) + 2.0315 * std::pow(value, 5);
    QVERIFY(largest(x + 0.1 * 2 * 0.5 * 0.2 * 3 * value * q) < 1e-9);
  }

  void means_of_gradients_follow_the_definition() {
    const Tensor first = normal({8, 11}, 3);
    const Tensor second = normal({8, 11}, 4);
    Tensor x = leaf(at::zeros({8, 11}, at::kDouble));
    Muon muon({{{{"x", x}}, 1}}, {.learning_rate = 1, .momentum = 0.9});
    x.mutable_grad() = first;
    muon.step();
    const Tensor before = x.detach().clone();
    x.mutable_grad() = second;
    muon.step();
    const Tensor mean = 0.9 * 0.1 * first + 0.1 * second;
    const Tensor moved = orthogonalised(0.1 * second + 0.9 * mean) * 0.2 * std::sqrt(11.0);
    QVERIFY(largest(x - (before - moved)) < 1e-9);
  }

  void a_convolution_is_a_matrix_of_its_outputs() {
    const Tensor gradient = normal({8, 3, 3, 3}, 5);
    Tensor kernel = leaf(at::zeros({8, 3, 3, 3}, at::kDouble));
    Tensor matrix = leaf(at::zeros({8, 27}, at::kDouble));
    Muon muon({{{{"kernel", kernel}, {"matrix", matrix}}, 1}}, {});
    kernel.mutable_grad() = gradient;
    matrix.mutable_grad() = gradient.reshape({8, 27});
    muon.step();
    QVERIFY(largest(kernel) > 0);
    QVERIFY(at::equal(kernel.reshape({8, 27}), matrix));
  }

  void decay_is_decoupled() {
    Tensor x = leaf(at::ones({8, 8}, at::kDouble));
    Muon muon({{{{"x", x}}, 1}}, {.learning_rate = 0.1, .weight_decay = 0.5});
    x.mutable_grad() = at::zeros({8, 8}, at::kDouble);
    muon.step();
    QVERIFY(largest(x - 0.95) < 1e-12);
  }

  void only_weights_of_layers_are_taken() {
    QVERIFY(Muon::takes(at::zeros({8, 8})) && Muon::takes(at::zeros({16, 1, 3, 3})));
    QVERIFY(!Muon::takes(at::zeros({64})) && !Muon::takes(at::zeros({1, 64, 256})));
    QVERIFY(!Muon::takes(at::zeros({3, 64, 3, 3})) && !Muon::takes(at::zeros({64, 4})));
    Tensor bias = leaf(at::zeros({8}, at::kDouble));
    Tensor other = leaf(at::zeros({8, 8}, at::kDouble));
    Muon muon({{{{"bias", bias}}, 1}, {{{"other", other}}, 1, false}}, {});
    bias.mutable_grad() = at::ones_like(bias);
    other.mutable_grad() = at::ones_like(other);
    QCOMPARE(muon.gradient_norm(), 0.0);
    muon.step();
    QCOMPARE(largest(bias) + largest(other), 0.0);
    QVERIFY_THROWS_EXCEPTION(Error, Muon({{{{"x", other * 2}}, 1}}, {}));
  }

  void norms_see_every_gradient() {
    Tensor x = leaf(at::zeros({8, 8}, at::kDouble));
    Muon muon({{{{"x", x}}, 1}}, {});
    x.mutable_grad() = at::full({8, 8}, 0.5, at::kDouble);
    QCOMPARE(muon.gradient_norm(), 4.0);
    muon.scale_gradients(0.5);
    QCOMPARE(muon.gradient_norm(), 2.0);
    x.mutable_grad()[0][0] = std::numeric_limits<double>::quiet_NaN();
    QVERIFY(!std::isfinite(muon.gradient_norm()));
  }

  void saved_state_goes_on_bit_for_bit() {
    Tensor x = leaf(at::zeros({8, 12}, at::kDouble));
    Tensor y = leaf(at::zeros({8, 12}, at::kDouble));
    Muon whole({{{{"x", x}}, 1}}, {});
    TensorMap saved;
    {
      Muon half({{{{"x", y}}, 1}}, {});
      y.mutable_grad() = normal({8, 12}, 10);
      half.step();
      half.save_to(saved);
    }
    Muon rest({{{{"x", y}}, 1}}, {});
    rest.load_from(saved);
    for (std::uint32_t i = 0; i < 3; ++i) {
      x.mutable_grad() = normal({8, 12}, 10 + i);
      whole.step();
      if (i == 0) continue;
      y.mutable_grad() = normal({8, 12}, 10 + i);
      rest.step();
    }
    QVERIFY(at::equal(x, y));
  }

  void a_run_of_adam_is_gone_on_with_and_foreign_state_refused() {
    Tensor x = leaf(at::zeros({8, 8}, at::kDouble));
    Adam adam({{{{"x", x}}, 1}}, {});
    x.mutable_grad() = normal({8, 8}, 6);
    adam.step();
    TensorMap of_adam;
    adam.save_to(of_adam);
    Muon muon({{{{"x", x}}, 1}}, {});
    muon.load_from(of_adam);
    TensorMap saved;
    muon.save_to(saved);
    QVERIFY(at::equal(saved.at("muon.m.x"), of_adam.at("adam.m.x")));
    QVERIFY_THROWS_EXCEPTION(Error, muon.load_from({}));
    QVERIFY_THROWS_EXCEPTION(Error, muon.load_from({{"muon.m.x", at::zeros({8, 9})}}));
    TensorMap after;
    muon.save_to(after);
    QVERIFY(at::equal(after.at("muon.m.x"), saved.at("muon.m.x")));
  }
};

QTEST_GUILESS_MAIN(MuonTest)
#include "muon_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/training/optimiser.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

// One layer of eight inputs and outputs, and a table that is no layer's weight.
struct Layer {
  Tensor weight = at::zeros({8, 8}).set_requires_grad(true);
  Tensor bias = at::zeros({8}).set_requires_grad(true);
  Tensor table = at::zeros({8, 8}).set_requires_grad(true);

  std::vector<Adam::Group> groups() const {
    return {{{{"weight", weight}, {"bias", bias}}, 1}, {{{"table", table}}, 1, false}};
  }
  void set_gradients() {
    for (Tensor* tensor : {&weight, &bias, &table}) {
      tensor->mutable_grad() = at::arange(1, tensor->numel() + 1).to(at::kFloat).view(tensor->sizes()).sin();
    }
  }
};

constexpr AdamOptions kOptions{.learning_rate = 0.01};

}  // namespace

class OptimiserTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void alone_it_is_adam() {
    Layer one, other;
    Optimiser optimiser(one.groups(), kOptions, false);
    Adam adam(other.groups(), kOptions);
    for (int i = 0; i < 3; ++i) {
      one.set_gradients();
      other.set_gradients();
      optimiser.step(0.5);
      adam.step(0.5);
    }
    QVERIFY(at::equal(one.weight, other.weight) && at::equal(one.bias, other.bias));
  }

  void each_parameter_is_moved_by_one_of_them() {
    Layer both, by_adam, by_muon;
    Optimiser optimiser(both.groups(), kOptions, true);
    Adam adam(by_adam.groups(), kOptions);
    Muon muon(by_muon.groups(), {.learning_rate = kOptions.learning_rate});
    for (Layer* layer : {&both, &by_adam, &by_muon}) layer->set_gradients();
    optimiser.step(1);
    adam.step(1);
    muon.step(1);
    QVERIFY(at::equal(both.bias, by_adam.bias) && at::equal(both.table, by_adam.table));
    QVERIFY(at::equal(both.weight, by_muon.weight));
    QVERIFY(!at::equal(both.weight, by_adam.weight));
  }

  void norms_are_of_all_gradients() {
    Layer layer;
    Optimiser optimiser(layer.groups(), kOptions, true);
    layer.set_gradients();
    const double norm = std::sqrt(layer.weight.grad().square().sum().item<double>() +
                                  layer.bias.grad().square().sum().item<double>() +
                                  layer.table.grad().square().sum().item<double>());
    QVERIFY(std::abs(optimiser.gradient_norm() / norm - 1) < 1e-6);
    optimiser.scale_gradients(0.5);
    QVERIFY(std::abs(optimiser.gradient_norm() / norm - 0.5) < 1e-6);
    optimiser.zero_grad();
    QVERIFY(!layer.weight.grad().defined() && !layer.table.grad().defined());
  }

  void muon_goes_on_from_adam_and_not_the_other_way_round() {
    Layer layer;
    Optimiser adam(layer.groups(), kOptions, false);
    layer.set_gradients();
    adam.step(1);
    TensorMap of_adam;
    adam.save_to(of_adam);
    Optimiser muon(layer.groups(), kOptions, true);
    muon.load_from(of_adam);
    TensorMap of_both;
    muon.save_to(of_both);
    QVERIFY(at::equal(of_both.at("muon.m.weight"), of_adam.at("adam.m.weight")));
    QVERIFY(at::equal(of_both.at("adam.v.bias"), of_adam.at("adam.v.bias")));
    QVERIFY_THROWS_EXCEPTION(Error, adam.load_from(of_both));
  }
};

QTEST_GUILESS_MAIN(OptimiserTest)
#include "optimiser_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/nn/gradient_checkpoint.h"

#include <QtTest>

#include <stdexcept>
#include <vector>

using namespace portrait;

namespace {

Tensor leaf(double start) {
  return at::linspace(start, start + 1, 6, at::kDouble).reshape({2, 3}).requires_grad_(true);
}

struct Gradients {
  Tensor value, x, beside, weight;
};

// Two blocks one behind the other, both with one parameter and a second input.
Gradients gradients_of(bool checkpoints, int* calls) {
  const Tensor x = leaf(-1);
  const Tensor beside = leaf(0.3);
  const Tensor weight = leaf(0.7);
  const Block block = [&](const std::vector<Tensor>& inputs) {
    ++*calls;
    return (inputs[0] * weight).sin() + inputs[1].exp() * inputs[0];
  };
  const GradientCheckpoints scope(checkpoints);
  const Tensor first = at_checkpoint(block, {x, beside});
  const Tensor second = at_checkpoint(block, {first, beside});
  const Tensor loss = (second * second).sum();
  loss.backward();
  return {loss.detach(), x.grad(), beside.grad(), weight.grad()};
}

}  // namespace

class GradientCheckpointTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void gradients_are_those_without_checkpoints() {
    int plain_calls = 0;
    int calls = 0;
    const Gradients plain = gradients_of(false, &plain_calls);
    const Gradients again = gradients_of(true, &calls);
    QCOMPARE(plain_calls, 2);
    QCOMPARE(calls, 4);  // once forward, once more on the way back
    QVERIFY(at::equal(plain.value, again.value));
    QVERIFY(at::equal(plain.x, again.x));
    QVERIFY(at::equal(plain.beside, again.beside));
    QVERIFY(at::equal(plain.weight, again.weight));
  }

  void inner_values_are_not_kept() {
    c10::weak_intrusive_ptr<c10::TensorImpl> inner(Tensor(at::empty({1})).getIntrusivePtr());
    const Tensor weight = leaf(0);
    const Block block = [&](const std::vector<Tensor>& inputs) {
      const Tensor between = (inputs[0] * weight).sin();
      inner = c10::weak_intrusive_ptr<c10::TensorImpl>(between.getIntrusivePtr());
      return between * between;
    };
    const Tensor x = leaf(1);
    const Tensor kept = at_checkpoint(block, {x});
    QVERIFY(!inner.expired());  // the product needs it
    const GradientCheckpoints scope(true);
    const Tensor thrown_away = at_checkpoint(block, {x});
    QVERIFY(inner.expired());
  }

  void inputs_without_gradients_and_absent_ones_are_fine() {
    const GradientCheckpoints scope(true);
    const Tensor weight = leaf(0.5);
    const Tensor x = at::ones({2, 3}, at::kDouble);
    const Tensor y = at_checkpoint(
        [&](const std::vector<Tensor>& inputs) {
          if (inputs[1].defined()) throw std::runtime_error("an input that is not there");
          return inputs[0] * weight;
        },
        {x, Tensor()});
    y.sum().backward();
    QVERIFY(at::equal(weight.grad(), x));
    QVERIFY(!x.grad().defined());
  }

  void without_gradients_a_block_is_called_once() {
    int calls = 0;
    const at::NoGradGuard no_grad;
    const GradientCheckpoints scope(true);
    const Tensor y = at_checkpoint(
        [&](const std::vector<Tensor>& inputs) {
          ++calls;
          return inputs[0] * 2;
        },
        {at::ones({1})});
    QCOMPARE(calls, 1);
    QVERIFY(!y.requires_grad());
  }

  void scopes_nest() {
    const auto checkpointed = [] {
      const Tensor x = leaf(0);
      int calls = 0;
      at_checkpoint(
          [&](const std::vector<Tensor>& inputs) {
            ++calls;
            return inputs[0] * 2;
          },
          {x})
          .sum()
          .backward();
      return calls == 2;
    };
    QVERIFY(!checkpointed());
    {
      const GradientCheckpoints on(true);
      QVERIFY(checkpointed());
      const GradientCheckpoints off(false);
      QVERIFY(!checkpointed());
    }
    QVERIFY(!checkpointed());
  }
};

QTEST_GUILESS_MAIN(GradientCheckpointTest)
#include "gradient_checkpoint_test.moc"

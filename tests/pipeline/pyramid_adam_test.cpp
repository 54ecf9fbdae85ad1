// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/pipeline/pyramid_adam.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

Tensor planes_of(std::int64_t side) {
  return at::zeros({3, 2, 4, side, side}, at::kDouble).set_requires_grad(true);
}

Tensor noise_like(const Tensor& planes, int step) {
  const Tensor at = at::arange(planes.numel(), planes.options().requires_grad(false));
  return at::sin(at * 12.9898 + step * 3.7).reshape(planes.sizes());
}

double greatest_slope(const Tensor& planes) {
  return (planes.slice(-1, 1) - planes.slice(-1, 0, -1)).abs().max().item<double>();
}

}  // namespace

class PyramidAdamTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void one_level_is_adam() {
    Tensor planes = planes_of(8), plain = planes_of(8);
    PyramidAdam pyramid(planes, {1});
    Adam adam({{{{"planes", plain}}, 1}}, {.learning_rate = 1});
    for (int step = 0; step < 5; ++step) {
      planes.mutable_grad() = noise_like(planes, step);
      plain.mutable_grad() = noise_like(plain, step);
      pyramid.step(0.01);
      adam.step(0.01);
    }
    QVERIFY(planes.allclose(plain, 1e-12, 1e-15));
  }

  // What all texels agree on moves them all by the rate of each level.
  void a_common_gradient_moves_all_levels() {
    Tensor planes = planes_of(8);
    PyramidAdam pyramid(planes, {0.25, 0, 2});
    planes.mutable_grad() = at::full_like(planes, -0.3);
    pyramid.step(0.1);
    QVERIFY(planes.allclose(at::full_like(planes, 0.225), 1e-6, 0));
  }

  // A coarse entry's gradient is that of the planes through the enlargement.
  void coarse_gradients_are_those_of_the_enlargement() {
    Tensor planes = planes_of(8);
    const Tensor gradient = noise_like(planes, 1);
    Tensor coarse = at::zeros({24, 1, 4, 4}, at::kDouble).set_requires_grad(true);
    (at::upsample_bilinear2d(coarse, {8, 8}, false) * gradient.reshape({24, 1, 8, 8}))
        .sum()
        .backward();
    PyramidAdam pyramid(planes, {0, 1});
    planes.mutable_grad() = gradient;
    pyramid.step(1);  // of Adam's first: against the sign
    const Tensor expected =
        at::upsample_bilinear2d(-coarse.grad() / (coarse.grad().abs() + 1e-8), {8, 8}, false);
    QVERIFY(planes.allclose(expected.reshape(planes.sizes()), 1e-9, 1e-12));
  }

  void grain_does_not_serrate_coarse_levels() {
    Tensor by_texel = planes_of(16), by_level = planes_of(16);
    PyramidAdam fine(by_texel, {1}), coarse(by_level, {0, 0, 1});
    for (int step = 0; step < 3; ++step) {
      by_texel.mutable_grad() = noise_like(by_texel, step) + 0.1;
      by_level.mutable_grad() = noise_like(by_level, step) + 0.1;
      fine.step(0.01);
      coarse.step(0.01);
    }
    QVERIFY(greatest_slope(by_level) < 0.4 * greatest_slope(by_texel));
    QVERIFY(by_level.mean().item<double>() < by_texel.mean().item<double>());
  }

  void without_a_gradient_nothing_happens() {
    Tensor planes = planes_of(8);
    PyramidAdam pyramid(planes, {1, 1});
    pyramid.step(0.1);
    QCOMPARE(planes.abs().max().item<double>(), 0.0);
    QCOMPARE(pyramid.moments().steps(), std::int64_t{0});
  }

  void goes_on_from_saved_moments() {
    Tensor planes = planes_of(8), resumed = planes_of(8);
    PyramidAdam through(planes, {0.5, 1});
    const auto move = [](Tensor& of, PyramidAdam& by, int step) {
      of.mutable_grad() = noise_like(of, step);
      by.step(0.01);
    };
    for (int step = 0; step < 3; ++step) move(planes, through, step);
    TensorMap saved;
    through.moments().save_to(saved);
    resumed.detach().copy_(planes.detach());
    PyramidAdam again(resumed, {0.5, 1});
    again.moments().load_from(saved);
    move(planes, through, 3);
    move(resumed, again, 3);
    QVERIFY(planes.equal(resumed));
  }

  void sizes_that_cannot_be_halved_are_refused() {
    const Tensor planes = planes_of(6);
    QVERIFY_THROWS_EXCEPTION(Error, PyramidAdam(planes, {1, 1, 1}));
  }
};

QTEST_GUILESS_MAIN(PyramidAdamTest)
#include "pyramid_adam_test.moc"

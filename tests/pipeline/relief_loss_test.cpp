// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/pipeline/relief_loss.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class ReliefLossTest : public QObject {
  Q_OBJECT

  Tensor first_, all_;

  double loss(const Tensor& depth, const Tensor& counts) const {
    return relief_loss(depth, first_, counts).item<double>();
  }

 private Q_SLOTS:
  void init() {
    first_ = (at::arange(48, at::kDouble) * 0.9).sin().reshape({6, 8}) * 0.1 + 2.7;
    all_ = at::ones({6, 8}, at::kDouble);
  }

  void a_surface_that_moves_and_tilts_as_a_whole_costs_nothing() {
    const Tensor rows = at::arange(6, at::kDouble).reshape({6, 1});
    const Tensor columns = at::arange(8, at::kDouble).reshape({1, 8});
    QVERIFY(loss(first_, all_) == 0);
    QVERIFY(loss(first_ + 0.2 + 0.03 * rows - 0.02 * columns, all_) < 1e-12);
  }

  // By hand: one pixel out by 0.4 stands out by 0.4, its four neighbours by a quarter of it; with
  // four neighbours of their own are 4 x 6 pixels.
  void one_pixel_that_stands_out_counts_with_its_neighbours() {
    Tensor depth = first_.clone();
    depth[2][3] += 0.4;
    QVERIFY(std::abs(loss(depth, all_) - (0.4 + 4 * 0.1) / 24) < 1e-12);
  }

  void steps_between_rows_cost_more_than_a_bend() {
    const Tensor rows = at::arange(6, at::kDouble).reshape({6, 1});
    const Tensor steps = first_ + 0.01 * at::cos(rows * M_PI);
    const Tensor bend = first_ + 0.01 * at::cos(rows * (M_PI / 5));
    QVERIFY(loss(steps, all_) > 8 * loss(bend, all_));
  }

  void outlines_do_not_count() {
    Tensor depth = first_.clone();
    depth[2][3] += 0.4;
    Tensor counts = all_.clone();
    counts[2][3] = 0;
    QCOMPARE(loss(depth, counts), 0.0);
    counts[2][3] = 1;
    counts[2][4] = 0;  // of those out by more than their neighbours, this one and the middle one
    QVERIFY(std::abs(loss(depth, counts) - 3 * 0.1 / 24) < 1e-12);
  }

  void its_gradient_is_that_of_its_value() {
    const Tensor depth = (first_ + (at::arange(48, at::kDouble) * 2.3).cos().reshape({6, 8}) * 0.05)
                             .requires_grad_(true);
    relief_loss(depth, first_, all_).backward();
    for (int i = 0; i < 48; ++i) {
      Tensor more = depth.detach().clone(), less = depth.detach().clone();
      more.view(-1)[i] += 1e-6;
      less.view(-1)[i] -= 1e-6;
      const double slope = (loss(more, all_) - loss(less, all_)) / 2e-6;
      QVERIFY(std::abs(slope - depth.grad().view(-1)[i].item<double>()) < 1e-8);
    }
  }

  void what_counts_is_solid_in_both() {
    const Tensor counts = solid_in_both(at::tensor({1.0, 0.95, 0.8, 0.2}).reshape({2, 2}),
                                        at::tensor({0.99, 0.5, 0.95, 0.1}).reshape({2, 2}));
    QVERIFY(at::equal(counts, at::tensor({1.0, 0.0, 0.0, 0.0}).reshape({2, 2})));
  }

  void shapes_must_agree() {
    QVERIFY_THROWS_EXCEPTION(Error, relief_loss(first_, at::zeros({6, 7}), all_));
    QVERIFY_THROWS_EXCEPTION(Error, relief_loss(first_, first_, at::zeros({8, 6})));
    QVERIFY_THROWS_EXCEPTION(Error,
                             relief_loss(at::zeros({2, 8}), at::zeros({2, 8}), at::zeros({2, 8})));
  }
};

QTEST_GUILESS_MAIN(ReliefLossTest)
#include "relief_loss_test.moc"

// SPDX-License-Identifier: Apache-2.0
// (16), (17), (18) on gradients made by hand.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/guidance/gradient_consistency.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

GradientList list(std::initializer_list<float> first, std::initializer_list<float> second) {
  return {at::tensor(std::vector<float>(first)), at::tensor(std::vector<float>(second))};
}

}  // namespace

class GradientConsistencyTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void similarity_runs_over_all_parameters() {
    const GradientList a = list({3, 0}, {4});
    QVERIFY(std::abs(cosine_similarity(a, a) - 1) < 1e-12);
    QVERIFY(std::abs(cosine_similarity(a, list({-6, 0}, {-8})) + 1) < 1e-12);
    QVERIFY(std::abs(cosine_similarity(a, list({0, 7}, {0}))) < 1e-12);
    // (3 * 1 + 4 * 0) / (5 * 1): the length of neither counts.
    QVERIFY(std::abs(cosine_similarity(a, list({10, 0}, {0})) - 0.6) < 1e-12);
    QCOMPARE(cosine_similarity(a, list({0, 0}, {0})), 0.0);
    // A parameter without a gradient is zero.
    QVERIFY(std::abs(cosine_similarity(a, {at::tensor({1.0F, 0.0F}), Tensor()}) - 0.6) < 1e-12);
    QVERIFY_THROWS_EXCEPTION(Error, cosine_similarity(a, {a[0]}));
    QVERIFY_THROWS_EXCEPTION(Error, cosine_similarity(a, {a[1], a[0]}));
  }

  void long_gradients_are_summed_to_double_precision() {
    const Tensor ones = at::full({200000}, 0.1F);
    Tensor other = ones.clone();
    other.narrow(0, 0, 100000).neg_();
    QVERIFY(std::abs(cosine_similarity({ones}, {other})) < 1e-9);
    QVERIFY(std::abs(cosine_similarity({ones}, {ones}) - 1) < 1e-12);
  }

  void the_better_of_two_is_kept() {
    const GradientList driving = list({1, 0}, {0});
    const GradientList close = list({2, 1}, {0});
    const GradientList far = list({1, 2}, {0});
    const RetentionScores better = judge_resampling(close, far, driving);
    QVERIFY(better.accepted);
    QVERIFY(std::abs(better.resampled - 2 / std::sqrt(5.0)) < 1e-12);
    QVERIFY(std::abs(better.kept - 1 / std::sqrt(5.0)) < 1e-12);
    QVERIFY(!judge_resampling(far, close, driving).accepted);
    QVERIFY(!judge_resampling(close, close, driving).accepted);  // a tie
  }

  void gradients_add_up() {
    GradientList sum;
    const GradientList first = {at::tensor({1.0F, 2.0F}), Tensor()};
    add_gradient(sum, first);
    add_gradient(sum, list({10, 20}, {5}));
    QVERIFY(at::equal(sum[0], at::tensor({11.0F, 22.0F})));
    QVERIFY(at::equal(sum[1], at::tensor({5.0F})));
    QVERIFY(at::equal(first[0], at::tensor({1.0F, 2.0F})));  // is not changed
    QVERIFY_THROWS_EXCEPTION(Error, add_gradient(sum, {at::tensor({1.0F})}));
  }

  void a_norm_is_over_all_parameters() {
    QCOMPARE(gradient_norm({at::tensor({3.0F}), Tensor(), at::tensor({0.0F, 4.0F})}), 5.0);
    QCOMPARE(gradient_norm({}), 0.0);
    QVERIFY(!std::isfinite(gradient_norm({at::tensor({std::nanf("")})})));
  }
};

QTEST_GUILESS_MAIN(GradientConsistencyTest)
#include "gradient_consistency_test.moc"

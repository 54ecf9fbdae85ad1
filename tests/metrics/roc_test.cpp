// SPDX-License-Identifier: Apache-2.0
#include "core/metrics/roc.h"
#include "core/base/error.h"
#include "core/base/random.h"

#include <QtTest>

#include <cmath>
#include <vector>

using namespace portrait;
using Values = std::vector<double>;

namespace {

// Every pair of pairs.
double counted_area(const Values& same, const Values& different) {
  double won = 0;
  for (const double s : same) {
    for (const double d : different) won += s > d ? 1 : s == d ? 0.5 : 0;
  }
  return won / double(same.size() * different.size());
}

}  // namespace

class RocTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_case_by_hand() {
    // 0.9 beats all three, 0.4 beats one and ties with one: (3 + 1.5) / 6.
    QCOMPARE(area_under_roc(Values{0.9, 0.4}, Values{0.4, 0.1, 0.8}), 4.5 / 6);
    QCOMPARE(area_under_roc(Values{2, 3}, Values{0, 1}), 1.0);
    QCOMPARE(area_under_roc(Values{0, 1}, Values{2, 3}), 0.0);
    QCOMPARE(area_under_roc(Values{1, 1}, Values{1}), 0.5);
  }

  void many_pairs_are_counted_as_one_by_one() {
    RandomStream random({1, random_purpose("roc test"), 0, 0});
    Values same, different;
    for (int i = 0; i < 60; ++i) same.push_back(random.integer(0, 12));
    for (int i = 0; i < 90; ++i) different.push_back(random.integer(0, 8));
    const double area = area_under_roc(same, different);
    QVERIFY(area > 0.55 && area < 0.95);
    QVERIFY(std::abs(area - counted_area(same, different)) < 1e-12);
    QVERIFY(std::abs(area_under_roc(different, same) - (1 - area)) < 1e-12);
  }

  void errors_of_both_kinds_are_equal() {
    QCOMPARE(equal_error_rate(Values{2, 3}, Values{0, 1}), 0.0);
    QCOMPARE(equal_error_rate(Values{0, 1}, Values{2, 3}), 1.0);
    // Over 0.5 one of four is refused and one of four accepted.
    QCOMPARE(equal_error_rate(Values{0.2, 0.7, 0.8, 0.9}, Values{0.1, 0.3, 0.5, 0.6}), 0.25);
    // From (0, 1/2) to (1, 1/2) above 1: level at half the way.
    QCOMPARE(equal_error_rate(Values{1}, Values{0, 2}), 0.5);
  }

  void without_pairs_of_one_kind_it_says_so() {
    QVERIFY_THROWS_EXCEPTION(Error, area_under_roc(Values{}, Values{1}));
    QVERIFY_THROWS_EXCEPTION(Error, area_under_roc(Values{1}, Values{}));
    QVERIFY_THROWS_EXCEPTION(Error, equal_error_rate(Values{}, Values{1}));
  }
};

QTEST_GUILESS_MAIN(RocTest)
#include "roc_test.moc"

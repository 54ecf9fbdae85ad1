// SPDX-License-Identifier: Apache-2.0
#include "core/base/schedule.h"

#include <QtTest>

using namespace portrait;

class ScheduleTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_line_between_two_holds() {
    const Schedule schedule{10, 2.0, 4.0, 20, Schedule::Shape::kLinear};
    QCOMPARE(schedule.at(-5), 2.0);
    QCOMPARE(schedule.at(10), 2.0);
    QCOMPARE(schedule.at(15), 3.0);
    QCOMPARE(schedule.at(20), 4.0);
    QCOMPARE(schedule.at(1000), 4.0);
  }

  void a_geometric_one_halves_its_ratio_midway() {
    const Schedule schedule{0, 1.0, 0.01, 100, Schedule::Shape::kExponential};
    QCOMPARE(schedule.at(0), 1.0);
    QCOMPARE(schedule.at(50), 0.1);
    QCOMPARE(schedule.at(100), 0.01);
  }

  void a_step_function_has_no_division_by_zero() {
    const Schedule schedule{7, 1.0, 5.0, 7, Schedule::Shape::kLinear};
    QCOMPARE(schedule.at(6), 1.0);
    QCOMPARE(schedule.at(7), 5.0);
  }

  void an_exponential_one_to_zero_is_refused() {
    const Schedule schedule{0, 1.0, 0.0, 100, Schedule::Shape::kExponential};
    QVERIFY_THROWS_EXCEPTION(Error, schedule.at(50));
  }
};

QTEST_GUILESS_MAIN(ScheduleTest)
#include "schedule_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "ui/snapshot_pace.h"

#include <QElapsedTimer>
#include <QWidget>
#include <QtTest>

using namespace portrait;

class SnapshotPaceTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void at_once_while_nothing_runs() {
    SnapshotPace pace;
    QSignalSpy due(&pace, &SnapshotPace::due);
    for (int i = 1; i <= 20; ++i) {
      pace.ask(false);
      QCOMPARE(due.size(), i);
    }
  }

  void of_a_run_a_few_a_second_and_the_last_one() {
    SnapshotPace pace;
    QSignalSpy due(&pace, &SnapshotPace::due);
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; i < 200; ++i) {
      pace.ask(true);
      QCoreApplication::processEvents();
    }
    QVERIFY(due.size() >= 1);
    QVERIFY(due.size() <= 2 + clock.elapsed() / SnapshotPace::kPeriodMs);
    const int shown = int(due.size());
    pace.ask(true);
    QTRY_VERIFY(due.size() > shown);
    QTest::qWait(2 * SnapshotPace::kPeriodMs);
    QCOMPARE(due.size(), shown + 1);
  }

  void at_once_while_somebody_is_at_it() {
    SnapshotPace pace;
    QWidget widget;
    QSignalSpy due(&pace, &SnapshotPace::due);
    pace.ask(true);
    pace.ask(true);
    QTest::keyClick(&widget, Qt::Key_A);
    QTRY_COMPARE(due.size(), 2);  // what waited
    for (int i = 3; i <= 10; ++i) {
      QTest::mouseClick(&widget, Qt::LeftButton);
      pace.ask(true);
      QCOMPARE(due.size(), i);
    }
  }
};

QTEST_MAIN(SnapshotPaceTest)
#include "snapshot_pace_test.moc"

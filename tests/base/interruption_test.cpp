// SPDX-License-Identifier: Apache-2.0
#include "core/base/interruption.h"
#include "core/base/thread_pool.h"

#include <QtTest>

#include <atomic>
#include <thread>

using namespace portrait;

class InterruptionTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { qputenv("PORTRAIT_THREADS", "4"); }

  void nobody_asks_outside_a_scope() {
    interruption_point();
    {
      const Interruptible scope([] { return true; });
      QVERIFY_THROWS_EXCEPTION(Interrupted, interruption_point());
      // Of its own thread alone.
      bool thrown = false;
      std::thread other([&] {
        try {
          interruption_point();
        } catch (const Interrupted&) {
          thrown = true;
        }
      });
      other.join();
      QVERIFY(!thrown);
    }
    interruption_point();
  }

  void the_innermost_scope_is_asked() {
    bool wanted_off = false;
    const Interruptible outer([&] { return wanted_off; });
    interruption_point();
    wanted_off = true;
    {
      const Interruptible whole_or_not([] { return false; });
      interruption_point();
    }
    QVERIFY_THROWS_EXCEPTION(Interrupted, interruption_point());
  }

  void a_loop_is_left_between_chunks_data() {
    QTest::addColumn<bool>("nested");
    QTest::newRow("on the pool") << false;
    QTest::newRow("within a loop, one after the other") << true;
  }
  void a_loop_is_left_between_chunks() {
    QFETCH(const bool, nested);
    std::atomic<int> begun{0};
    int asked = 0;
    const auto loop = [&] {
      const Interruptible scope([&] { return ++asked > 3; });
      QVERIFY_THROWS_EXCEPTION(Interrupted, parallel_for(10000, 1, [&](std::int64_t, std::int64_t) {
                                 ++begun;
                                 std::this_thread::sleep_for(std::chrono::microseconds(100));
                               }));
    };
    nested ? parallel_for(1, 1, [&](std::int64_t, std::int64_t) { loop(); }) : loop();
    QCOMPARE(asked, 4);
    QVERIFY(begun >= 3);
    QVERIFY2(begun < 5000, qPrintable(QString::number(begun)));
    // The pool serves the next loop as before.
    std::atomic<int> sum{0};
    parallel_for(100, 1, [&](std::int64_t begin, std::int64_t) { sum += int(begin); });
    QCOMPARE(int(sum), 4950);
  }
};

QTEST_GUILESS_MAIN(InterruptionTest)
#include "interruption_test.moc"

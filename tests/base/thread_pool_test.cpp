// SPDX-License-Identifier: Apache-2.0
#include "core/base/thread_pool.h"
#include "core/base/process_threads.h"

#include <QtTest>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace portrait;

class ThreadPoolTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // More threads than processors, so that several really work even on one.
  void initTestCase() {
    qputenv("PORTRAIT_THREADS", "4");
    QCOMPARE(pool_threads(), 4);
  }

  void every_index_once() {
    for (std::int64_t count : {0, 1, 2, 7, 1000, 4097}) {
      for (std::int64_t grain : {0, 1, 3, 64, 5000}) {
        std::vector<std::atomic<int>> visits(std::size_t(count) + 1);
        parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) ++visits[std::size_t(i)];
        });
        for (std::int64_t i = 0; i < count; ++i) QCOMPARE(visits[std::size_t(i)].load(), 1);
        QCOMPARE(visits[std::size_t(count)].load(), 0);
      }
    }
  }

  void slices_are_fixed_and_cover_the_range() {
    for (std::int64_t count : {0, 3, 16, 1001}) {
      std::vector<std::pair<std::int64_t, std::int64_t>> slices(16);
      parallel_slices(count, 16, [&](int slice, std::int64_t begin, std::int64_t end) {
        slices[std::size_t(slice)] = {begin, end};
      });
      std::int64_t reached = 0;
      for (const auto& [begin, end] : slices) {
        QCOMPARE(begin, reached);
        QVERIFY(end - begin >= count / 16 && end - begin <= count / 16 + 1);
        reached = end;
      }
      QCOMPARE(reached, count);
    }
  }

  // Four chunks that wait for one another can only end on four threads.
  void chunks_run_at_the_same_time() {
    std::atomic<int> arrived{0};
    std::mutex mutex;
    std::set<std::thread::id> threads;
    parallel_for(4, 1, [&](std::int64_t, std::int64_t) {
      ++arrived;
      while (arrived.load() < 4) std::this_thread::yield();
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
    });
    QCOMPARE(threads.size(), std::size_t{4});
  }

  void an_exception_comes_back_and_the_pool_goes_on() {
    for (int round = 0; round < 20; ++round) {
      std::atomic<int> ran{0};
      try {
        parallel_for(100, 1, [&](std::int64_t begin, std::int64_t) {
          ++ran;
          if (begin == 37) throw std::runtime_error("chunk 37");
        });
        QFAIL("no exception");
      } catch (const std::runtime_error& error) {
        QCOMPARE(error.what(), "chunk 37");
      }
      QVERIFY(ran.load() >= 1 && ran.load() <= 100);  // those not begun by then are left out
    }
  }

  void nested_calls_are_done_in_place() {
    std::atomic<int> sum{0};
    parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
      const auto here = std::this_thread::get_id();
      parallel_for(10, 1, [&](std::int64_t begin, std::int64_t end) {
        if (std::this_thread::get_id() == here) sum += int(end - begin);
      });
    });
    QCOMPARE(sum.load(), 80);
  }

  void an_exception_in_a_nested_call_comes_back_too() {
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, parallel_for(8, 1, [](std::int64_t, std::int64_t) {
                               parallel_for(8, 1, [](std::int64_t begin, std::int64_t) {
                                 if (begin == 5) throw std::runtime_error("inner");
                               });
                             }));
    chunks_run_at_the_same_time();  // the caller's mark of being inside is gone again
  }

  void several_callers_share_the_pool() {
    std::atomic<std::int64_t> sum{0};
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 6; ++caller) {
      callers.emplace_back([&] {
        for (int round = 0; round < 50; ++round) {
          parallel_for(64, 1, [&](std::int64_t begin, std::int64_t) { sum += begin; });
        }
      });
    }
    callers.clear();
    QCOMPARE(sum.load(), std::int64_t{6 * 50 * 64 * 63 / 2});
  }
};

QTEST_GUILESS_MAIN(ThreadPoolTest)
#include "thread_pool_test.moc"

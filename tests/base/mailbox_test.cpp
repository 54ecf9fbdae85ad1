// SPDX-License-Identifier: Apache-2.0
#include "core/base/mailbox.h"

#include <QtTest>

#include <atomic>
#include <future>
#include <thread>

using namespace portrait;

class MailboxTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_latest_wins_and_is_taken_once() {
    Mailbox<int> box;
    QVERIFY(!box.take());
    QVERIFY(!box.latest());
    box.publish(std::make_shared<const int>(1));
    box.publish(std::make_shared<const int>(2));
    QCOMPARE(*box.latest(), 2);
    QCOMPARE(*box.take(), 2);
    QVERIFY(!box.take());
    QCOMPARE(*box.latest(), 2);
    QCOMPARE(box.published(), std::uint64_t{2});
  }

  void a_replaced_value_is_let_go() {
    Mailbox<int> box;
    const auto first = std::make_shared<const int>(1);
    box.publish(first);
    QCOMPARE(first.use_count(), 2L);
    box.publish(nullptr);
    QCOMPARE(first.use_count(), 1L);
  }

  // A destructor that calls back into the box must not meet its lock.
  void values_are_destroyed_outside_the_lock() {
    struct Caller {
      Mailbox<Caller>* box;
      ~Caller() { box->published(); }
    };
    Mailbox<Caller> box;
    box.publish(std::make_shared<const Caller>(&box));
    box.publish(nullptr);
    QCOMPARE(box.published(), std::uint64_t{2});
  }

  void a_reader_sees_only_newer_values_and_the_last() {
    Mailbox<int> box;
    constexpr int kCount = 20000;
    std::jthread writer([&] {
      for (int i = 1; i <= kCount; ++i) box.publish(std::make_shared<const int>(i));
    });
    int last = 0;
    bool ordered = true;
    while (last < kCount) {
      if (const auto value = box.take()) {
        ordered = ordered && *value > last;
        last = *value;
      } else {
        std::this_thread::yield();
      }
    }
    QVERIFY(ordered);
  }

  void commands_come_in_order_from_every_poster() {
    CommandQueue<std::pair<int, int>> queue;
    std::vector<std::jthread> posters;
    for (int poster = 0; poster < 3; ++poster) {
      posters.emplace_back([&queue, poster] {
        for (int i = 0; i < 2000; ++i) queue.post({poster, i});
      });
    }
    std::array<int, 3> next{};
    int seen = 0;
    bool ordered = true;
    const std::stop_source never;
    while (seen < 6000) {
      QVERIFY(queue.wait(never.get_token()));
      for (const auto& [poster, number] : queue.drain()) {
        ordered = ordered && number == next[std::size_t(poster)]++;
        ++seen;
      }
    }
    QVERIFY(ordered);
    QVERIFY(queue.drain().empty());
  }

  void a_stop_request_ends_the_wait() {
    CommandQueue<int> queue;
    std::promise<bool> result;
    {
      std::jthread owner([&](std::stop_token stop) { result.set_value(queue.wait(stop)); });
    }  // requests stop and joins
    QCOMPARE(result.get_future().get(), false);
  }

  void a_wake_ends_the_wait_once() {
    CommandQueue<int> queue;
    std::atomic<int> rounds{0};
    {
      std::jthread owner([&](std::stop_token stop) {
        while (queue.wait(stop)) {
          QVERIFY(queue.drain().empty());
          ++rounds;
        }
      });
      queue.wake();
      while (rounds.load() < 1) std::this_thread::yield();
    }
    QCOMPARE(rounds.load(), 1);
  }
};

QTEST_GUILESS_MAIN(MailboxTest)
#include "mailbox_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.h"

#include <QtTest>

#include <cmath>
#include <set>
#include <vector>

using namespace portrait;

class RandomTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // kat_vectors of Random123 (Salmon et al.), philox4x32 10.
  void known_answers() {
    using Block = std::array<std::uint32_t, 4>;
    QCOMPARE(philox4x32({0, 0, 0, 0}, {0, 0}),
             (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    QCOMPARE(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
             (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    QCOMPARE(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
             (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
  }

  void a_stream_is_philox_over_its_key() {
    const RandomKey key{0x0123456789abcdef, 11, 22, 33};
    RandomStream stream(key);
    for (std::uint32_t block = 0; block < 3; ++block) {
      for (const auto expected : philox4x32({block, 11, 22, 33}, {0x89abcdef, 0x01234567})) {
        QCOMPARE(stream.next_u32(), expected);
      }
    }
  }

  void keys_differ_in_every_field() {
    std::set<std::uint32_t> firsts;
    for (const RandomKey& key :
         {RandomKey{1, 0, 0, 0}, RandomKey{1ull << 32, 0, 0, 0}, RandomKey{0, 1, 0, 0},
          RandomKey{0, 0, 1, 0}, RandomKey{0, 0, 0, 1}, RandomKey{}}) {
      firsts.insert(RandomStream(key).next_u32());
    }
    QCOMPARE(firsts.size(), std::size_t{6});
    QVERIFY(random_purpose("noise") != random_purpose("rays"));
    QCOMPARE(random_purpose(""), 2166136261u);
    QCOMPARE(random_purpose("a"), 0xe40c292cu);  // FNV-1a's published value
  }

  void a_copy_goes_its_own_way() {
    RandomStream stream({7});
    stream.normal();
    RandomStream copy = stream;
    QCOMPARE(copy.normal(), stream.normal());
    copy.uniform();
    stream.uniform();
    QCOMPARE(copy.next_u32(), stream.next_u32());
  }

  void moments_of_normal() {
    std::vector<float> values(400000);
    RandomStream({3, random_purpose("test")}).fill_normal(values);
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0, lag = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double x = values[i];
      m1 += x, m2 += x * x, m3 += x * x * x, m4 += x * x * x * x;
      if (i > 0) lag += x * values[i - 1];
    }
    const double n = double(values.size());
    // Five standard errors of each moment of N(0, 1): sqrt(1, 2, 15, 96, 1) / sqrt(n).
    QVERIFY(std::abs(m1 / n) < 5 / std::sqrt(n));
    QVERIFY(std::abs(m2 / n - 1) < 5 * std::sqrt(2 / n));
    QVERIFY(std::abs(m3 / n) < 5 * std::sqrt(15 / n));
    QVERIFY(std::abs(m4 / n - 3) < 5 * std::sqrt(96 / n));
    QVERIFY(std::abs(lag / n) < 5 / std::sqrt(n));
  }

  void uniform_covers_its_range() {
    RandomStream stream({5});
    double sum = 0;
    double squares = 0;
    double low = 1;
    double high = 0;
    constexpr int kCount = 200000;
    for (int i = 0; i < kCount; ++i) {
      const double x = stream.uniform();
      QVERIFY(x >= 0 && x < 1);
      sum += x;
      squares += x * x;
      low = std::min(low, x);
      high = std::max(high, x);
    }
    QVERIFY(std::abs(sum / kCount - 0.5) < 5 * std::sqrt(1.0 / 12 / kCount));
    QVERIFY(std::abs(squares / kCount - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / kCount));
    QVERIFY(low < 1e-4 && high > 1 - 1e-4);
  }

  void integers_include_both_ends() {
    RandomStream stream({6});
    std::array<int, 7> counts{};
    for (int i = 0; i < 70000; ++i) {
      const int n = stream.integer(-3, 3);
      QVERIFY(n >= -3 && n <= 3);
      ++counts[std::size_t(n + 3)];
    }
    for (int count : counts) QVERIFY(std::abs(count - 10000) < 5 * std::sqrt(10000 * 6.0 / 7));
    QCOMPARE(stream.integer(4, 4), 4);
    const int any =
        stream.integer(std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
    QVERIFY(any != 0);  // the widest range does not overflow to nothing
  }

  void chance_keeps_its_odds() {
    RandomStream stream({8});
    int hits = 0;
    for (int i = 0; i < 100000; ++i) hits += stream.chance(0.2);
    QVERIFY(std::abs(hits - 20000) < 5 * std::sqrt(100000 * 0.16));
    QVERIFY(!stream.chance(0));
    QVERIFY(stream.chance(1));
  }
};

QTEST_GUILESS_MAIN(RandomTest)
#include "random_test.moc"

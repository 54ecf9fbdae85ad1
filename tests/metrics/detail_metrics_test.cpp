// SPDX-License-Identifier: Apache-2.0
#include "core/metrics/detail_metrics.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/metrics/paired_comparison.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace portrait;

namespace {

Image wave(int size, double cycles_per_pixel, float amplitude, float level = 0.5F) {
  Image image(size, size, 1);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      *image.at(x, y) =
          level + amplitude * float(std::sin(2 * M_PI * cycles_per_pixel * (x + 0.5)));
    }
  }
  return image;
}

Image disk(int size, double radius) {
  Image mask(size, size, 1);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      *mask.at(x, y) = std::hypot(x + 0.5 - size / 2.0, y + 0.5 - size / 2.0) < radius ? 1.F : 0.F;
    }
  }
  return mask;
}

Image noise(int size, std::uint64_t seed) {
  Image image(size, size, 3);
  RandomStream random({.seed = seed, .purpose = random_purpose("detail")});
  random.fill_uniform(image.pixels);
  return image;
}

double energy(const Image& image) {
  double sum = 0;
  for (const float p : image.pixels) sum += double(p) * p;
  return sum;
}

}  // namespace

class DetailMetricsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void filter_passes_what_is_fine();
  void silhouette_is_no_detail();
  void sharpness_is_relative_energy();
  void mirrored_face_is_found();
  void nothing_left_is_refused();
  void beating_needs_both_conditions();
};

void DetailMetricsTest::filter_passes_what_is_fine() {
  const Image mask = disk(128, 60);
  const auto passed = [&](double f) {
    // Relative to a wave far above the cut-off, which passes whole.
    return std::sqrt(energy(high_pass(wave(128, f, 0.2F), mask)) /
                     energy(high_pass(wave(128, 0.45, 0.2F), mask)));
  };
  QVERIFY(passed(1.0 / 4) > 0.9);
  QVERIFY2(std::abs(passed(1.0 / 8) - 0.5) < 0.03, qPrintable(QString::number(passed(1.0 / 8))));
  QVERIFY(passed(1.0 / 32) < 0.06);
}

void DetailMetricsTest::silhouette_is_no_detail() {
  const Image mask = disk(96, 40);
  Image image(96, 96, 1);  // a flat head on black: all contrast is at the silhouette
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = 0.8F * mask.pixels[i];
  QVERIFY(energy(high_pass(image, mask)) < 1e-8);
}

void DetailMetricsTest::sharpness_is_relative_energy() {
  const Image mask = disk(96, 44);
  const Image truth = wave(96, 0.25, 0.2F);
  const DetailMetrics same = detail_metrics(truth, mask, truth, mask);
  QVERIFY(std::abs(same.sharpness - 1) < 1e-9);
  QVERIFY(std::abs(same.detail_correlation - 1) < 1e-9);
  const DetailMetrics half = detail_metrics(wave(96, 0.25, 0.1F, 0.3F), mask, truth, mask);
  QVERIFY(std::abs(half.sharpness - 0.25) < 1e-3);
  QVERIFY(std::abs(half.detail_correlation - 1) < 1e-3);
  // Noise is sharp and wrong.
  const DetailMetrics wrong = detail_metrics(noise(96, 1), mask, noise(96, 2), mask);
  QVERIFY(wrong.sharpness > 0.8);
  QVERIFY(std::abs(wrong.detail_correlation) < 0.1);
  const DetailMetrics against = detail_metrics(wave(96, 0.25, -0.2F), mask, truth, mask);
  QVERIFY(against.detail_correlation < -0.99);
}

void DetailMetricsTest::mirrored_face_is_found() {
  const Image mask = disk(80, 36);
  const Image front = noise(80, 3);
  Image ghost = front;
  for (int y = 0; y < 80; ++y) {
    for (int x = 0; x < 80; ++x) std::copy_n(front.at(79 - x, y), 3, ghost.at(x, y));
  }
  QVERIFY(mirrored_front_correlation(ghost, mask, front, mask) > 0.999);
  QVERIFY(std::abs(mirrored_front_correlation(front, mask, front, mask)) < 0.1);
}

void DetailMetricsTest::nothing_left_is_refused() {
  const Image image = noise(32, 4);
  QVERIFY_EXCEPTION_THROWN(detail_metrics(image, disk(32, 2), image, disk(32, 2)), Error);
  QVERIFY_EXCEPTION_THROWN(high_pass(image, disk(30, 9)), Error);
  QVERIFY_EXCEPTION_THROWN(high_pass(image, disk(32, 9), 0.7), Error);
}

void DetailMetricsTest::beating_needs_both_conditions() {
  const std::vector<double> zero(10, 0.0);
  const PairedComparison clear = compare_paired({1, 2, 1, 2, 1, 2, 1, 2, 1, 2}, zero);
  QVERIFY(clear.beats);
  QCOMPARE(clear.mean_difference, 1.5);
  QCOMPARE(clear.agreeing, 10);
  QVERIFY(std::abs(clear.standard_error - std::sqrt(2.5 / 9 / 10)) < 1e-12);
  // Large on average, but half of the subjects disagree.
  QVERIFY(!compare_paired({3, 3, 3, 3, 3, 3, -.1, -.1, -.1, -.1}, zero).beats);
  // Seven of ten are enough.
  QVERIFY(compare_paired({3, 3, 3, 3, 3, 3, 3, -.1, -.1, -.1}, zero).beats);
  // All agree but one outlier carries the mean.
  QVERIFY(!compare_paired({99, .1, .1, .1, .1, .1, .1, .1, .1, .1}, zero).beats);
  QVERIFY(!compare_paired(zero, zero).beats);
  QVERIFY(compare_paired({0, 0, 0.1}, {1, 1, 1}, false).beats);
  QVERIFY_EXCEPTION_THROWN(compare_paired({1}, {1}), Error);
  QVERIFY_EXCEPTION_THROWN(compare_paired({1, 2}, {1, 2, 3}), Error);
}

QTEST_GUILESS_MAIN(DetailMetricsTest)
#include "detail_metrics_test.moc"

// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/metrics/matte_metrics.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace portrait;

namespace {

// Background left of `edge`, person right of edge + width, a ramp between.
Image ramp(double edge, double width) {
  Image matte(64, 32, 1);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 64; ++x) {
      *matte.at(x, y) = float(std::clamp((x - edge) / width, 0.0, 1.0));
    }
  }
  return matte;
}

}  // namespace

class MatteMetricsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void differences_by_hand() {
    QCOMPARE(matte_difference(ramp(20, 1), ramp(20, 1)), 0.0);
    QCOMPARE(matte_difference(ramp(20, 1), ramp(24, 1)), 4.0 / 64);
    QCOMPARE(matte_difference(Image(8, 8, 1, 0.25F), Image(8, 8, 1, 0.75F)), 0.5);
  }

  // Along a ramp of 1/40 a pixel the length is 1/40; a flat matte has none. Away from its ends
  // each pixel of 32 rows adds (1/40)^2 / 1000.
  void the_gradient_of_a_ramp_is_its_slope() {
    const double error = matte_gradient_error(ramp(10, 40), Image(64, 32, 1));
    QVERIFY2(std::abs(error * 1000 / 32 - 40.0 / 1600) < 0.06 * 40 / 1600,
             qPrintable(QString::number(error * 1000 / 32)));
  }

  void softer_harder_and_elsewhere_are_worse() {
    const Image truth = ramp(30, 4);
    QCOMPARE(matte_gradient_error(truth, truth), 0.0);
    const double near = matte_gradient_error(ramp(30, 6), truth);
    QVERIFY(near > 0);
    QVERIFY(matte_gradient_error(ramp(30, 12), truth) > near);
    QVERIFY(matte_gradient_error(ramp(30, 1), truth) > 0);
    QVERIFY(matte_gradient_error(ramp(40, 4), truth) > matte_gradient_error(ramp(31, 4), truth));
  }

  void other_sizes_are_refused() {
    QVERIFY_THROWS_EXCEPTION(Error, matte_difference(Image(8, 8, 1), Image(8, 9, 1)));
    QVERIFY_THROWS_EXCEPTION(Error, matte_gradient_error(Image(8, 8, 3), Image(8, 8, 3)));
  }
};

QTEST_APPLESS_MAIN(MatteMetricsTest)
#include "matte_metrics_test.moc"

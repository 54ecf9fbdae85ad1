// SPDX-License-Identifier: Apache-2.0
#include "core/image/resample.h"

#include "core/image/colour.h"
#include "core/image/filters.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

Image ramp(int width, int height) {
  Image image(width, height, 1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      *image.at(x, y) = float((x + 0.5) / width * 0.6 + (y + 0.5) / height * 0.3);
    }
  }
  return image;
}

double value_at(double u, double v) { return u * 0.6 + v * 0.3; }

}  // namespace

class ResampleTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // A linear ramp stays where it is at every size: nothing is shifted by half a pixel.
  void resize_keeps_positions() {
    const Image image = ramp(96, 80);
    for (const auto& [w, h] : {std::pair{48, 40}, {33, 27}, {192, 160}, {131, 97}}) {
      for (const auto how : {Interpolation::kArea, Interpolation::kBilinear,
                             Interpolation::kLanczos}) {
        const Image out = resize(image, w, h, how);
        const float seen = *out.at(w / 2, h / 2);
        QVERIFY(std::abs(seen - value_at((w / 2 + 0.5) / w, (h / 2 + 0.5) / h)) < 2e-3);
      }
    }
  }

  void warp_keeps_positions_at_every_scale() {
    const Image image = ramp(300, 200);
    for (const double scale : {0.4, 1.0, 1.7, 2.6, 4.3}) {
      Affine2 map;
      map << scale * 0.8, -scale * 0.6, 150, scale * 0.6, scale * 0.8, 60;
      const Image out = warp_affine(image, map, 24, 20);
      for (const auto& [x, y] : {std::pair{2, 3}, {12, 10}, {20, 15}}) {
        const Eigen::Vector2d p = apply(map, {x + 0.5, y + 0.5});
        if (p.x() < 30 || p.y() < 30 || p.x() > 270 || p.y() > 170) continue;
        QVERIFY2(std::abs(*out.at(x, y) - value_at(p.x() / 300, p.y() / 200)) < 2e-3,
                 qPrintable(QString::number(scale)));
      }
    }
  }

  // A pattern finer than the target's pixels turns to its mean instead of aliasing.
  void warp_does_not_alias() {
    Image image(256, 256, 1);
    for (int y = 0; y < 256; ++y) {
      for (int x = 0; x < 256; ++x) *image.at(x, y) = float(x & 1);
    }
    Affine2 map;
    map << 3.3, 0, 20, 0, 3.3, 20;
    const Image out = warp_affine(image, map, 60, 60);
    for (const float v : out.pixels) QVERIFY(std::abs(v - 0.5F) < 0.06F);
  }

  void affine_algebra() {
    Affine2 a;
    a << 1.2, -0.3, 5, 0.3, 1.2, -7;
    const Affine2 id = compose(a, invert(a));
    QVERIFY((id.leftCols<2>() - Eigen::Matrix2d::Identity()).norm() < 1e-12);
    QVERIFY(id.col(2).norm() < 1e-10);
    QVERIFY(std::abs(scale_of(a) - std::sqrt(1.2 * 1.2 + 0.09)) < 1e-12);
  }

  void coverage_is_one_inside_and_zero_outside() {
    Affine2 map;
    map << 1, 0, -10, 0, 1, 0;
    const Image coverage = warp_coverage(40, 40, map, 64, 40);
    QCOMPARE(*coverage.at(2, 20), 0.0F);
    QCOMPARE(*coverage.at(30, 20), 1.0F);
    QCOMPARE(*coverage.at(60, 20), 0.0F);
  }

  void srgb_round_trip_and_known_values() {
    QVERIFY(std::abs(linear_of_srgb(0.5F) - 0.2140411F) < 1e-5F);
    for (float v = 0; v <= 1; v += 0.01F) {
      QVERIFY(std::abs(srgb_of_linear(linear_of_srgb(v)) - v) < 1e-5F);
    }
  }

  // Against the definition: a guide that is an affine image of the input gives the input back,
  // and a constant guide gives its box mean.
  void guided_filter_follows_its_guide() {
    Image guide(64, 64, 3);
    Image input(64, 64, 1);
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 64; ++x) {
        const float edge = x < 31 ? 0.1F : 0.9F;
        *input.at(x, y) = edge;
        for (int c = 0; c < 3; ++c) guide.at(x, y)[c] = 0.2F + 0.5F * edge;
      }
    }
    const Image sharp = guided_filter(guide, input, 6, 1e-4);
    QVERIFY(std::abs(*sharp.at(30, 32) - 0.1F) < 0.02F);
    QVERIFY(std::abs(*sharp.at(31, 32) - 0.9F) < 0.02F);
    const Image soft = guided_filter(Image(64, 64, 3, 0.5F), input, 6, 1e-6);
    const Image mean = box_blur(box_blur(input, 6), 6);
    QVERIFY(std::abs(*soft.at(30, 32) - *mean.at(30, 32)) < 1e-3F);
  }

  void blur_keeps_the_mean_and_has_its_width() {
    Image image(65, 65, 1);
    *image.at(32, 32) = 1;
    const Image out = gaussian_blur(image, 3);
    double sum = 0, second = 0;
    for (int y = 0; y < 65; ++y) {
      for (int x = 0; x < 65; ++x) {
        sum += *out.at(x, y);
        second += *out.at(x, y) * (x - 32) * (x - 32);
      }
    }
    QVERIFY(std::abs(sum - 1) < 1e-4);
    QVERIFY(std::abs(second / sum - 9) < 0.2);
  }
};

QTEST_GUILESS_MAIN(ResampleTest)
#include "resample_test.moc"

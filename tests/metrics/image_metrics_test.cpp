// SPDX-License-Identifier: Apache-2.0
#include "core/metrics/image_metrics.h"
#include "core/base/error.h"
#include "core/base/random.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

Image noise(int width, int height, int channels, std::uint64_t seed) {
  Image image(width, height, channels);
  RandomStream random({.seed = seed, .purpose = random_purpose("metrics")});
  random.fill_uniform(image.pixels);
  return image;
}

Image rectangle(int size, int x0, int y0, int x1, int y1) {
  Image mask(size, size, 1);
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) *mask.at(x, y) = 1;
  }
  return mask;
}

Image plus(Image image, float value) {
  for (float& p : image.pixels) p += value;
  return image;
}

Image with_alpha(const Image& rgb, const Image& mask) {
  Image rgba(rgb.width, rgb.height, 4);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    for (int c = 0; c < 3; ++c) rgba.pixels[4 * i + c] = rgb.pixels[3 * i + c];
    rgba.pixels[4 * i + 3] = mask.pixels[i];
  }
  return rgba;
}

// SSIM of one full window as the formula stands, for comparison.
double reference_ssim(const Image& a, const Image& b, int cx, int cy) {
  double w = 0, ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
  for (int dy = -5; dy <= 5; ++dy) {
    for (int dx = -5; dx <= 5; ++dx) {
      const double g = std::exp(-(dx * dx + dy * dy) / 4.5);
      const double p = *a.at(cx + dx, cy + dy);
      const double q = *b.at(cx + dx, cy + dy);
      w += g, ma += g * p, mb += g * q, aa += g * p * p, bb += g * q * q, ab += g * p * q;
    }
  }
  ma /= w, mb /= w, aa = aa / w - ma * ma, bb = bb / w - mb * mb, ab = ab / w - ma * mb;
  return (2 * ma * mb + 1e-4) * (2 * ab + 9e-4) / ((ma * ma + mb * mb + 1e-4) * (aa + bb + 9e-4));
}

}  // namespace

class ImageMetricsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void psnr_of_known_error();
  void psnr_sees_only_the_mask();
  void ssim_of_identical_and_shifted();
  void ssim_of_noise_matches_the_formula();
  void ssim_sees_only_the_mask();
  void iou_of_two_rectangles();
  void view_is_composited_on_grey();
  void render_gets_its_colours_back();
  void depth_error_is_the_median();
  void blur_loses_detail_inside_the_matte_only();
  void width_of_a_silhouette();
  void disagreeing_sizes_are_refused();
};

void ImageMetricsTest::psnr_of_known_error() {
  const Image a = noise(20, 10, 3, 1);
  QVERIFY(std::abs(psnr_db(plus(a, 0.1F), a) - 20) < 1e-4);
  QVERIFY(std::abs(psnr_db(plus(a, 0.01F), a) - 40) < 1e-3);
  QCOMPARE(psnr_db(a, a), kPsnrCeiling);
  Image one = a;
  one.pixels[7] += 0.6F;
  QVERIFY(std::abs(psnr_db(one, a) + 10 * std::log10(0.36 / 600)) < 1e-4);
}

void ImageMetricsTest::psnr_sees_only_the_mask() {
  const Image a = noise(16, 16, 3, 2);
  Image b = plus(a, 0.1F);
  for (int x = 0; x < 16; ++x) b.at(x, 0)[1] = 9;
  const Image mask = rectangle(16, 0, 1, 16, 16);
  QVERIFY(std::abs(psnr_db(b, a, mask) - 20) < 1e-4);
  QVERIFY(psnr_db(b, a) < 5);
  QVERIFY_EXCEPTION_THROWN(psnr_db(b, a, Image(16, 16, 1)), Error);
}

void ImageMetricsTest::ssim_of_identical_and_shifted() {
  const Image a = noise(32, 24, 3, 3);
  QVERIFY(std::abs(ssim(a, a) - 1) < 1e-6);
  // Flat pictures: only the luminance term is left.
  const double m = 0.4;
  const double n = 0.6;
  const double expected = (2 * m * n + 1e-4) / (m * m + n * n + 1e-4);
  QVERIFY(std::abs(ssim(Image(16, 16, 1, 0.4F), Image(16, 16, 1, 0.6F)) - expected) < 1e-4);
}

void ImageMetricsTest::ssim_of_noise_matches_the_formula() {
  const Image a = noise(12, 11, 1, 4);
  Image b = noise(12, 11, 1, 5);
  for (std::size_t i = 0; i < b.pixels.size(); ++i) {
    b.pixels[i] = 0.7F * a.pixels[i] + 0.3F * b.pixels[i];
  }
  const double expected = (reference_ssim(a, b, 5, 5) + reference_ssim(a, b, 6, 5)) / 2;
  QVERIFY(std::abs(ssim(a, b) - expected) < 1e-5);
  QVERIFY(expected < 0.98 && expected > 0.3);
}

void ImageMetricsTest::ssim_sees_only_the_mask() {
  const Image a = noise(40, 40, 3, 6);
  Image b = a;
  for (int y = 0; y < 40; ++y) {
    for (int x = 26; x < 40; ++x) b.at(x, y)[0] = 0;
  }
  QVERIFY(std::abs(ssim(b, a, rectangle(40, 0, 0, 20, 40)) - 1) < 1e-6);
  QVERIFY(ssim(b, a, rectangle(40, 26, 0, 40, 40)) < 0.8);
}

void ImageMetricsTest::iou_of_two_rectangles() {
  const Image a = rectangle(20, 0, 0, 10, 10);
  const Image b = rectangle(20, 5, 0, 15, 10);
  QCOMPARE(mask_iou(a, b), 50.0 / 150.0);
  QCOMPARE(mask_iou(a, a), 1.0);
  QCOMPARE(mask_iou(a, rectangle(20, 10, 10, 20, 20)), 0.0);
  QCOMPARE(mask_iou(Image(8, 8, 1, 0.49F), Image(8, 8, 1)), 1.0);
  QCOMPARE(mask_iou(Image(8, 8, 1, 0.5F), Image(8, 8, 1, 1.0F)), 1.0);
}

void ImageMetricsTest::view_is_composited_on_grey() {
  // Black head, 10 wide, against a black head shifted by 5: over the union of 15 columns, 10 are
  // wrong by the grey of the background.
  const Image black(20, 20, 3, 0.0F);
  const Image truth = with_alpha(black, rectangle(20, 0, 0, 10, 20));
  const Image image = with_alpha(black, rectangle(20, 5, 0, 15, 20));
  const ViewMetrics metrics = view_metrics(image, truth);
  QVERIFY(std::abs(metrics.psnr_db + 10 * std::log10(0.25 * 10 / 15)) < 1e-5);
  QCOMPARE(metrics.mask_iou, 50.0 / 150.0);
  QVERIFY(metrics.ssim < 0.9);
  QCOMPARE(view_metrics(truth, truth).psnr_db, kPsnrCeiling);
}

void ImageMetricsTest::render_gets_its_colours_back() {
  Image rgb(2, 1, 3);
  Image opacity(2, 1, 1);
  opacity.pixels = {0.5F, 0.0F};
  rgb.pixels = {0.5F * 0.8F + 0.5F, 0.5F * 0.2F + 0.5F, 0.5F, 1, 1, 1};
  const Image rgba = rgba_of_render(rgb, opacity, 1.0F);
  QVERIFY(std::abs(rgba.pixels[0] - 0.8F) < 1e-6F);
  QVERIFY(std::abs(rgba.pixels[1] - 0.2F) < 1e-6F);
  QCOMPARE(rgba.pixels[2], 0.0F);
  QCOMPARE(rgba.pixels[3], 0.5F);
  QCOMPARE(rgba.pixels[7], 0.0F);
}

void ImageMetricsTest::depth_error_is_the_median() {
  Image truth(5, 1, 1, 2.0F);
  Image depth(5, 1, 1);
  depth.pixels = {2.06F, 2.12F, 1.7F, 9.0F, std::numeric_limits<float>::quiet_NaN()};
  Image face(5, 1, 1, 1.0F);
  // Errors 0.06, 0.12, 0.3 and 7: the median lies between 0.12 and 0.3; 24 cm are 0.6 units.
  QVERIFY(std::abs(depth_error(depth, truth, face) - 0.21 / 0.6) < 1e-5);
  face.pixels[3] = 0;
  QVERIFY(std::abs(depth_error(depth, truth, face) - 0.12 / 0.6) < 1e-5);
  QVERIFY(std::abs(depth_error(depth, truth, face, 1.0) - 0.12) < 1e-5);
  QVERIFY_EXCEPTION_THROWN(depth_error(depth, truth, Image(5, 1, 1)), Error);
}

void ImageMetricsTest::blur_loses_detail_inside_the_matte_only() {
  const Image mask = rectangle(48, 8, 8, 40, 40);
  Image flat(48, 48, 3, 0.0F);  // white head on black: the edge is the matte's, not the head's
  for (int y = 8; y < 40; ++y) {
    for (int x = 8; x < 40; ++x) std::fill_n(flat.at(x, y), 3, 1.0F);
  }
  QVERIFY(crop_blur_psnr(flat, mask) > 90);
  const double coarse = crop_blur_psnr(noise(48, 48, 3, 7), mask);
  // White noise keeps 1 / (4 pi sigma^2) of its variance in the blur and that much twice in the
  // correlation: the error is var * (1 - 1/(2 pi s^2) + 1/(4 pi s^2)), var = 1/12.
  const double kept = 1 / (4 * M_PI * 4);
  const double expected = -10 * std::log10((1 - 2 / (2 * M_PI * 4) + kept) / 12);
  QVERIFY2(std::abs(coarse - expected) < 0.3, qPrintable(QString::number(coarse - expected)));
  QVERIFY(crop_blur_psnr(noise(48, 48, 3, 7), mask, 0.5) > coarse);
}

void ImageMetricsTest::width_of_a_silhouette() {
  Image mask = rectangle(100, 30, 10, 70, 60);
  QCOMPARE(silhouette_width(mask), 0.4);
  for (int x = 10; x < 90; ++x) *mask.at(x, 80) = 1;  // shoulders
  QCOMPARE(silhouette_width(mask), 0.8);
  QCOMPARE(silhouette_width(mask, 0.0, 0.7), 0.4);
  QVERIFY_EXCEPTION_THROWN(silhouette_width(mask, 0.9, 1.0), Error);
}

void ImageMetricsTest::disagreeing_sizes_are_refused() {
  const Image a(8, 8, 3);
  QVERIFY_EXCEPTION_THROWN(psnr_db(a, Image(8, 7, 3)), Error);
  QVERIFY_EXCEPTION_THROWN(psnr_db(a, Image(8, 8, 4)), Error);
  QVERIFY_EXCEPTION_THROWN(psnr_db(Image(), Image()), Error);
  QVERIFY_EXCEPTION_THROWN(ssim(a, a), Error);  // smaller than the window
  QVERIFY_EXCEPTION_THROWN(psnr_db(a, a, Image(8, 8, 3)), Error);
  QVERIFY_EXCEPTION_THROWN(view_metrics(a, a), Error);
}

QTEST_GUILESS_MAIN(ImageMetricsTest)
#include "image_metrics_test.moc"

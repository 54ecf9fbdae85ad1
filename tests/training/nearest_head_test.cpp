// SPDX-License-Identifier: Apache-2.0
// The references of the held-out set: which training subject is nearest, the mean head, and how a
// view of them comes back from its files.
#include "core/base/error.h"
#include "core/metrics/image_metrics.h"
#include "core/training/heldout_pictures.h"
#include "core/training/mean_head.h"
#include "core/training/nearest_head.h"

#include <QtTest>

#include <array>
#include <cmath>
#include <filesystem>
#include <limits>

using namespace portrait;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A disc of one colour; what is outside is another colour, which must not count.
Image disc(int size, double radius, const std::array<float, 3>& colour, float outside = 0) {
  Image rgba(size, size, 4, outside);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const bool in = std::hypot(x + 0.5 - size / 2.0, y + 0.5 - size / 2.0) < radius;
      rgba.at(x, y)[3] = in ? 1.0F : 0.0F;
      if (in) std::copy(colour.begin(), colour.end(), rgba.at(x, y));
    }
  }
  return rgba;
}

}  // namespace

class NearestHeadTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void colour_and_outline_choose_the_nearest() {
    const Image light = disc(32, 10, {0.8F, 0.7F, 0.6F});
    const Image dark_and_wide = disc(32, 14, {0.2F, 0.1F, 0.1F});
    NearestHeads heads({light, dark_and_wide});
    QCOMPARE(heads.nearest(0), -1);
    heads.offer(7, disc(32, 14, {0.8F, 0.7F, 0.6F}));   // light, but wide
    heads.offer(8, disc(32, 10, {0.75F, 0.7F, 0.6F}));  // nearly the first
    heads.offer(9, disc(32, 13, {0.2F, 0.12F, 0.1F}));  // nearly the second
    QCOMPARE(heads.nearest(0), 8);
    QCOMPARE(heads.nearest(1), 9);
    // By hand: one channel of three is off by 0.05 everywhere inside.
    QVERIFY(std::abs(heads.psnr_db(0) - 10 * std::log10(3 / (0.05 * 0.05))) < 1e-4);
  }

  void what_lies_outside_the_matte_is_no_matter() {
    NearestHeads heads({disc(32, 10, {0.8F, 0.7F, 0.6F}, 0.0F)});
    heads.offer(3, disc(32, 10, {0.7F, 0.7F, 0.6F}, 0.0F));
    heads.offer(4, disc(32, 10, {0.8F, 0.7F, 0.6F}, 1.0F));
    QCOMPARE(heads.nearest(0), 4);
    QVERIFY(heads.psnr_db(0) >= kPsnrCeiling);
  }

  void the_order_does_not_matter() {
    const Image head = disc(32, 10, {0.5F, 0.5F, 0.9F});
    const Image brighter = disc(32, 10, {0.5F, 0.5F, 0.95F});
    NearestHeads up({head});
    NearestHeads down({head});
    for (int i = 0; i < 3; ++i) {
      up.offer(i, brighter);
      down.offer(2 - i, brighter);
    }
    QCOMPARE(up.nearest(0), 0);
    QCOMPARE(down.nearest(0), 0);
  }

  void other_sizes_are_refused() {
    NearestHeads heads({disc(32, 10, {0.5F, 0.5F, 0.5F})});
    QVERIFY_THROWS_EXCEPTION(Error, heads.offer(0, disc(16, 5, {0.5F, 0.5F, 0.5F})));
  }

  void the_mean_is_weighted_by_alpha() {
    MeanView mean(2);
    MeanView other(2);
    mean.add(Image(2, 2, 3, 0.2F), Image(2, 2, 1, 1.0F), Image(2, 2, 1, 2.0F));
    Image alpha(2, 2, 1, 0.5F);
    Image depth(2, 2, 1, 3.0F);
    *alpha.at(1, 1) = 0;
    *depth.at(1, 1) = kInfinity;
    other.add(Image(2, 2, 3, 0.8F), alpha, depth);
    mean.add(other);
    const HeldoutView view = mean.average(2);
    QVERIFY(std::abs(view.rgba.at(0, 0)[0] - (0.2F + 0.5F * 0.8F) / 1.5F) < 1e-6F);
    QVERIFY(std::abs(view.rgba.at(0, 0)[3] - 0.75F) < 1e-6F);
    QVERIFY(std::abs(*view.depth.at(0, 0) - 2.5F) < 1e-6F);
    QVERIFY(std::abs(view.rgba.at(1, 1)[0] - 0.2F) < 1e-6F);
    QVERIFY(std::abs(*view.depth.at(1, 1) - 2.0F) < 1e-6F);
  }

  void half_a_depth_keeps_the_nearer_surface() {
    Image depth(4, 2, 1, kInfinity);
    *depth.at(0, 0) = 2.00F;
    *depth.at(1, 0) = 2.02F;
    *depth.at(1, 1) = 2.60F;  // another surface behind
    const Image half = halved_depth(depth);
    QCOMPARE(half.width, 2);
    QVERIFY(std::abs(*half.at(0, 0) - 2.01F) < 1e-6F);
    QCOMPARE(*half.at(1, 0), 0.0F);
    QVERIFY_THROWS_EXCEPTION(Error, halved_depth(Image(3, 2, 1)));
  }

  void a_view_comes_back_from_its_files() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    constexpr int kSize = HeldoutFormat::kSize;
    const Image rgba = disc(kSize, 80, {0.8F, 0.5F, 0.4F});
    Image depth(kSize, kSize, 1, kInfinity);
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const bool in = rgba.at(x, y)[3] > 0.5F;
        if (in) *depth.at(x, y) = 2.2F + 0.002F * float(x) + 0.001F * float(y);
      }
    }
    const Viewpoint viewpoint{-30, 0};
    QCOMPARE(QString::fromStdString(heldout_view_name(viewpoint)), QString("az-030_el+00"));
    write_heldout_view(path, viewpoint, rgba, depth, 90);
    const HeldoutView view = read_heldout_view(path, viewpoint);
    QCOMPARE(alpha_of(view.rgba).pixels, alpha_of(rgba).pixels);
    QVERIFY(psnr_db(composite_on_grey(view.rgba), composite_on_grey(rgba), alpha_of(rgba)) > 35);
    double worst = 0;
    for (std::size_t i = 0; i < depth.pixels.size(); ++i) {
      QCOMPARE(view.depth.pixels[i] > 0, std::isfinite(depth.pixels[i]));
      if (std::isfinite(depth.pixels[i])) {
        worst = std::max(worst, std::abs(double(view.depth.pixels[i] - depth.pixels[i])));
      }
    }
    QVERIFY2(worst < 0.004, qPrintable(QString::number(worst)));
    QVERIFY_THROWS_EXCEPTION(Error, read_heldout_view(path, {30, 0}));
  }
};

QTEST_GUILESS_MAIN(NearestHeadTest)
#include "nearest_head_test.moc"

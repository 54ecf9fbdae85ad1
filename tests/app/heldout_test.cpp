// SPDX-License-Identifier: Apache-2.0
// The held-out set that ships, and the evaluation of the prior on it.
#include "core/training/heldout.h"
#include "core/metrics/image_metrics.h"
#include "tests/app/run_portrait.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <cmath>

namespace portrait {
namespace {

const QString kSet = QStringLiteral(PORTRAIT_SOURCE_DIR "/tests/data/heldout");
const QString kPack = QStringLiteral(PORTRAIT_SOURCE_DIR "/resources/packs/compact");

}  // namespace

class HeldoutTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase();
  void has_what_the_design_says();
  void depths_fit_the_pictures();
  void opposite_silhouettes_agree();
  void the_mean_head_is_beaten_by_the_truth();
  void evaluates_the_prior();
};

void HeldoutTest::initTestCase() {
  if (!QFile::exists(kSet + "/heldout.json")) QSKIP("There is no held-out set");
}

void HeldoutTest::has_what_the_design_says() {
  const HeldoutSet set = HeldoutSet::open(kSet.toStdString());
  QCOMPARE(set.subjects(), 20);
  int standard = 0;
  for (int v = 0; v < int(set.viewpoints().size()); ++v) standard += set.is_standard(v) ? 1 : 0;
  QCOMPARE(standard, 13);
  for (const double azimuth : {0.0, 45.0, 90.0, 180.0}) QVERIFY(set.find_view(azimuth, 0) >= 0);
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kSet.toStdString())) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  QVERIFY2(bytes <= 12 * 1000 * 1000, qPrintable(QString::number(bytes)));
}

void HeldoutTest::depths_fit_the_pictures() {
  const HeldoutSet set = HeldoutSet::open(kSet.toStdString());
  for (int s = 0; s < set.subjects(); s += 5) {
    for (int v = 0; v < int(set.viewpoints().size()); v += 4) {
      const HeldoutView view = set.view(s, v);
      const Image alpha = alpha_of(view.rgba);
      double disagree = 0;
      for (std::size_t i = 0; i < alpha.pixels.size(); ++i) {
        const float depth = view.depth.pixels[i];
        disagree += (alpha.pixels[i] >= 0.5F) != (depth > 0);
        // Matter lies within the cube, seen from 2.7 units away.
        QVERIFY(depth == 0 || (depth > 1.8F && depth < 3.6F));
      }
      QVERIFY2(disagree < 0.01 * double(alpha.pixels.size()),
               qPrintable(QString::number(disagree)));
      QVERIFY(silhouette_width(alpha) > 0.3);
    }
  }
}

// Two exact opposite views see the same outline mirrored, up to perspective.
void HeldoutTest::opposite_silhouettes_agree() {
  const HeldoutSet set = HeldoutSet::open(kSet.toStdString());
  for (int s = 0; s < set.subjects(); s += 4) {
    const Image right = alpha_of(set.view(s, set.find_view(90, 0)).rgba);
    const Image left = alpha_of(set.view(s, set.find_view(-90, 0)).rgba);
    Image mirrored(left.width, left.height, 1);
    for (int y = 0; y < left.height; ++y) {
      for (int x = 0; x < left.width; ++x) *mirrored.at(x, y) = *left.at(left.width - 1 - x, y);
    }
    QVERIFY(mask_iou(right, mirrored) > 0.8);
    QVERIFY(mask_iou(right, mirrored) > mask_iou(right, left));
  }
}

void HeldoutTest::the_mean_head_is_beaten_by_the_truth() {
  const HeldoutSet set = HeldoutSet::open(kSet.toStdString());
  const int side = set.find_view(90, 0);
  const HeldoutView mean = set.mean_view(side);
  for (int s = 0; s < set.subjects(); s += 4) {
    const HeldoutView truth = set.view(s, side);
    const ViewMetrics metrics = view_metrics(mean.rgba, truth.rgba);
    QVERIFY(metrics.mask_iou > 0.5 && metrics.mask_iou < 0.99);
    QVERIFY(metrics.psnr_db > 6 && metrics.psnr_db < 30);
    QVERIFY(view_metrics(truth.rgba, truth.rgba).psnr_db >= kPsnrCeiling);
  }
}

void HeldoutTest::evaluates_the_prior() {
  if (!QFile::exists(kPack + "/pack.json")) QSKIP("There is no pack in resources/packs/compact");
  const RunResult result = run_portrait(
      {"evaluate", "prior", "--heldout", kSet, "--pack", kPack, "--subjects", "2", "--json"});
  QVERIFY2(result.code == 0, qPrintable(result.err));
  const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
  QCOMPARE(facts["subjects"].toInt(), 2);
  int prior = 0;
  int mean_head = 0;
  for (const auto& item : facts["rows"].toArray()) {
    const QJsonObject row = item.toObject();
    (row["name"].toString() == "prior" ? prior : mean_head) += 1;
    for (const char* metric :
         {"psnr_db", "ssim", "mask_iou", "depth_error", "sharpness", "detail_correlation"}) {
      QVERIFY2(row[QLatin1String(metric)].isDouble(), metric);
    }
  }
  QCOMPARE(prior, 16);
  QCOMPARE(mean_head, 16);
  QVERIFY(facts["mean"].toObject()["mask_iou"].toDouble() > 0.5);
  QCOMPARE(facts["beats"].toArray().size(), 5);
}

}  // namespace portrait

QTEST_GUILESS_MAIN(portrait::HeldoutTest)
#include "heldout_test.moc"

// SPDX-License-Identifier: Apache-2.0
// The held-out set that ships, and the evaluation of the prior on it.
#include "core/base/error.h"
#include "core/metrics/image_metrics.h"
#include "core/training/heldout.h"
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
  void references_are_beaten_by_the_truth();
  void nearest_heads_are_nearer_than_the_mean();
  void photos_show_one_head_from_near_and_far();
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
  QVERIFY(set.find_view(0, 0) >= 0);
  QCOMPARE(set.quoted_views().size(), std::size_t{4});
  QCOMPARE(set.photos().size(), std::size_t{12});
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

void HeldoutTest::references_are_beaten_by_the_truth() {
  const HeldoutSet set = HeldoutSet::open(kSet.toStdString());
  const int side = set.find_view(90, 0);
  for (int s = 0; s < set.subjects(); s += 4) {
    const HeldoutView truth = set.view(s, side);
    for (const HeldoutView& other : {set.mean_view(side), set.nearest_view(s, side)}) {
      const ViewMetrics metrics = view_metrics(other.rgba, truth.rgba);
      QVERIFY(metrics.mask_iou > 0.5 && metrics.mask_iou < 0.99);
      QVERIFY(metrics.psnr_db > 6 && metrics.psnr_db < 30);
    }
    QVERIFY(view_metrics(truth.rgba, truth.rgba).psnr_db >= kPsnrCeiling);
  }
}

// Chosen by the front, so over the other sides and many subjects they must still be like them.
void HeldoutTest::nearest_heads_are_nearer_than_the_mean() {
  const HeldoutSet set = HeldoutSet::open(kSet.toStdString());
  const int view = set.find_view(45, 0);
  const HeldoutView mean = set.mean_view(view);
  double difference = 0;
  for (int s = 0; s < set.subjects(); ++s) {
    const HeldoutView truth = set.view(s, view);
    difference += view_metrics(set.nearest_view(s, view).rgba, truth.rgba).psnr_db -
                  view_metrics(mean.rgba, truth.rgba).psnr_db;
  }
  QVERIFY2(difference / set.subjects() > 0.5, qPrintable(QString::number(difference)));
  QVERIFY_THROWS_EXCEPTION(Error, set.nearest_view(0, set.find_view(-90, 0)));
}

void HeldoutTest::photos_show_one_head_from_near_and_far() {
  const HeldoutSet set = HeldoutSet::open(kSet.toStdString());
  for (int p = 0; p + 1 < int(set.photos().size()); p += 2) {
    const HeldoutPhoto& far = set.photos()[std::size_t(p)];
    const HeldoutPhoto& near = set.photos()[std::size_t(p + 1)];
    QCOMPARE(far.subject, near.subject);
    QCOMPARE(far.fov_deg, 15.0);
    QCOMPARE(near.fov_deg, 70.0);
    QVERIFY(std::abs(fov_of_focal(far.camera.focal_x) - 15) < 1e-6);
    QVERIFY(far.camera.position().norm() > 4 * near.camera.position().norm());
    // The same size and side: the widths over the head's upper half agree, up to perspective.
    const double far_width = silhouette_width(alpha_of(set.photo(p)), 0.2, 0.6);
    const double near_width = silhouette_width(alpha_of(set.photo(p + 1)), 0.2, 0.6);
    QVERIFY2(std::abs(far_width / near_width - 1) < 0.2,
             qPrintable(QString("%1 %2").arg(far_width).arg(near_width)));
  }
}

void HeldoutTest::evaluates_the_prior() {
  if (!QFile::exists(kPack + "/pack.json")) QSKIP("There is no pack in resources/packs/compact");
  const RunResult result = run_portrait(
      {"evaluate", "prior", "--heldout", kSet, "--pack", kPack, "--subjects", "2", "--json"});
  QVERIFY2(result.code == 0, qPrintable(result.err));
  const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
  QCOMPARE(facts["subjects"].toInt(), 2);
  QMap<QString, int> rows;
  for (const auto& item : facts["rows"].toArray()) {
    const QJsonObject row = item.toObject();
    ++rows[row["name"].toString()];
    for (const char* metric :
         {"psnr_db", "ssim", "mask_iou", "depth_error", "sharpness", "detail_correlation"}) {
      QVERIFY2(row[QLatin1String(metric)].isDouble(), metric);
    }
  }
  QCOMPARE(rows["prior"], 17);
  QCOMPARE(rows["mean_head"], 17);
  QCOMPARE(rows["nearest_head"], 5);
  QVERIFY(facts["mean"].toObject()["mask_iou"].toDouble() > 0.5);
  QCOMPARE(facts["beats"].toArray().size(), 10);
  // A target says by how much one row is better than another: what their averages say.
  const auto average = [&](const QString& name) {
    for (const auto& item : facts["rows"].toArray()) {
      const QJsonObject row = item.toObject();
      if (row["name"] == name && row["views"] == "45, 90, 135, 180") {
        return row["psnr_db"].toDouble();
      }
    }
    return 0.0;
  };
  int compared = 0;
  for (const auto& item : facts["targets"].toArray()) {
    const QJsonObject target = item.toObject();
    if (!target.contains("other") || target["metric"] != "psnr_db") continue;
    const double better = average("prior") - average(target["other"].toString());
    QVERIFY(std::abs(target["value"].toDouble() - better) < 1e-9);
    QCOMPARE(target["reached"].toBool(), better >= target["at_least"].toDouble());
    ++compared;
  }
  QCOMPARE(compared, 2);
  // What counts faces behind sees those in front, and none in the true backs.
  const QJsonObject told = facts["faces_told"].toObject();
  QCOMPARE(told["front_views"].toInt(), 6);
  QVERIFY(told["told_in_truth"].toInt() >= 5);
  QVERIFY(told["told_in_prior"].toInt() >= 5);
  QCOMPARE(told["back_views"].toInt(), 12);
  QCOMPARE(told["told_in_true_backs"].toInt(), 0);
  const QJsonObject fov = facts["fields_of_view"].toObject();
  QCOMPARE(fov["rows"].toArray().size(), 6);
  QCOMPARE(fov["differences"].toArray().size(), 3);
  for (const auto& item : fov["rows"].toArray()) {
    const QJsonObject row = item.toObject();
    if (row["camera"] != "exact") continue;
    QCOMPARE(row["found"].toInt(), 2);
    QVERIFY(row["pose_error_deg"].toDouble() < 1e-3);
    QVERIFY(row["depth_error"].toDouble() > 0 && row["depth_error"].toDouble() < 0.2);
  }
}

}  // namespace portrait

QTEST_GUILESS_MAIN(portrait::HeldoutTest)
#include "heldout_test.moc"

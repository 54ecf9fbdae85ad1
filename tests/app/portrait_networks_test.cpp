// SPDX-License-Identifier: Apache-2.0
// From drawing portraits to training networks on them and measuring these, as a user does it, in
// small.
#include "core/image/read_image.h"
#include "tests/app/run_portrait.h"
#include "tests/training/head_data.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <filesystem>

namespace portrait {

class PortraitNetworksTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  struct Assets {
    std::filesystem::path heads, hair;
  } assets_;

  QString at(const char* name) const { return folder_.path() + QLatin1Char('/') + name; }
  RunResult draw(const QStringList& more) const {
    return run_portrait(QStringList{"synth", "--portraits", at("cache"), "--heads",
                                    assets_.heads.c_str(), "--hair", assets_.hair.c_str(),
                                    "--count", "1"} + more);
  }

 private Q_SLOTS:
  void initTestCase() {
    if (!use_head_data(assets_)) QSKIP("The head model is not beside the project");
    const RunResult people = draw({});
    QVERIFY2(people.code == 0, qPrintable(people.err));
    const RunResult train = run_portrait({"train", "matting", "--cache", at("cache"), "--out",
                                          at("out"), "--minutes", "0.05", "--batch", "2",
                                          "--pack", at("pack")});
    QVERIFY2(train.code == 0, qPrintable(train.err));
    const RunResult vae = run_portrait({"train", "vae", "--cache", at("cache"), "--out",
                                        at("vae"), "--minutes", "0.05", "--batch", "1", "--crop",
                                        "64", "--pack", at("pack")});
    QVERIFY2(vae.code == 0, qPrintable(vae.err));
    QVERIFY2(vae.out.contains("psnr_db"), qPrintable(vae.out));
  }

  void without_people_held_out_it_says_how_to_draw_them() {
    const RunResult result =
        run_portrait({"evaluate", "matting", "--cache", at("cache"), "--pack", at("pack")});
    QVERIFY(result.code != 0);
    QVERIFY2(result.err.contains("--validation"), qPrintable(result.err));
  }

  void a_missing_pack_is_named() {
    const RunResult people = draw({"--validation"});
    QVERIFY2(people.code == 0, qPrintable(people.err));
    const RunResult result =
        run_portrait({"evaluate", "matting", "--cache", at("cache"), "--pack", at("nowhere")});
    QVERIFY(result.code != 0);
    QVERIFY2(result.err.contains("nowhere"), qPrintable(result.err));
  }

  void measures_network_and_grabcut_and_draws_a_sheet() {
    const RunResult result =
        run_portrait({"evaluate", "matting", "--cache", at("cache"), "--pack", at("pack"),
                      "--portraits", "2", "--sheet", at("sheet.png"), "--json"});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
    QCOMPARE(facts["portraits"].toInt(), 2);
    const QJsonArray rows = facts["rows"].toArray();
    QCOMPARE(rows.size(), 2);
    QCOMPARE(rows[0].toObject()["name"].toString(), QString("network"));
    QCOMPARE(rows[1].toObject()["name"].toString(), QString("grabcut"));
    for (const QJsonValue& value : rows) {
      const QJsonObject row = value.toObject();
      QVERIFY(row["mask_iou"].toDouble() > 0 && row["mask_iou"].toDouble() <= 1);
      QVERIFY(row["worst_mask_iou"].toDouble() <= row["mask_iou"].toDouble());
      QVERIFY(row["mae"].toDouble() > 0 && row["mae"].toDouble() < 1);
      QVERIFY(row["gradient_error"].toDouble() > 0);
      QVERIFY(row["seconds"].toDouble() > 0);
    }
    const Image sheet = read_image(at("sheet.png").toStdString()).image;
    QVERIFY(sheet.width > 3 * 512 && sheet.height > 2 * 512);
  }

  void measures_the_autoencoder() {
    const RunResult result =
        run_portrait({"evaluate", "vae", "--cache", at("cache"), "--pack", at("pack"),
                      "--portraits", "2", "--sheet", at("vae.png"), "--json"});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
    const QJsonObject row = facts["mean"].toObject();
    QCOMPARE(row["name"].toString(), QString("portraits"));
    QVERIFY(row["psnr_db"].toDouble() > 3 && row["psnr_db"].toDouble() < 60);
    QVERIFY(row["ssim"].toDouble() < 1);
    // The pack's scaling factor was measured on the same people, all of them.
    QVERIFY(std::abs(row["latent_deviation"].toDouble() - 1) < 0.3);
    QVERIFY(QFile::exists(at("vae.png")));
  }

  void measures_landmarks_and_pose_with_the_pack_that_ships() {
    const QString pack = QStringLiteral(PORTRAIT_SOURCE_DIR "/resources/packs/compact");
    const RunResult result = run_portrait({"evaluate", "landmarks", "--cache", at("cache"),
                                           "--pack", pack, "--sheet", at("points.png"), "--json"});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
    QCOMPARE(facts["portraits"].toInt(), 3);
    const QJsonObject all = facts["rows"].toArray()[0].toObject();
    QCOMPARE(all["portraits"].toInt(), 3);
    QVERIFY(all["face_found"].toDouble() > 0.3);
    QVERIFY(all["median_nme_percent"].toDouble() > 0 && all["median_nme_percent"].toDouble() < 30);
    QVERIFY(all["median_pose_error_deg"].toDouble() < 40);
    QVERIFY(QFile::exists(at("points.png")));
  }
};

}  // namespace portrait

QTEST_GUILESS_MAIN(portrait::PortraitNetworksTest)
#include "portrait_networks_test.moc"

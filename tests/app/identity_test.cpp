// SPDX-License-Identifier: Apache-2.0
// The networks that compare faces, from training to their figures, as a user does it, in small.
#include "core/nn/torch.h"

#include "core/nn/torch_safetensors.h"
#include "tests/app/run_portrait.h"
#include "tests/training/painted_people.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

namespace portrait {

class IdentityTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  const QString portraits_ = QStringLiteral(PORTRAIT_SOURCE_DIR "/tests/data/portraits");

  QString at(const char* name) const { return folder_.path() + QLatin1Char('/') + name; }
  RunResult train(const char* what, const char* pack) const {
    return run_portrait({"train", what, "--cache", at("people"), "--out", at(what), "--minutes",
                         "0.01", "--batch", "4", "--pack", at(pack)});
  }

 private Q_SLOTS:
  void initTestCase() {
    write_painted_people(at("people").toStdString(), 4);
    const RunResult id = train("id", "pack");
    QVERIFY2(id.code == 0, qPrintable(id.err));
    QVERIFY2(id.out.contains("auc"), qPrintable(id.out));
    const RunResult perceptual = train("perceptual", "pack");
    QVERIFY2(perceptual.code == 0, qPrintable(perceptual.err));
    QVERIFY2(perceptual.out.contains("choice"), qPrintable(perceptual.out));
  }

  void both_networks_are_measured_on_the_portraits_that_ship() {
    const RunResult result = run_portrait({"evaluate", "identity", "--cache", portraits_, "--pack",
                                           at("pack"), "--triplets", "30", "--json"});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
    QCOMPARE(facts["people"].toInt(), 16);
    QCOMPARE(facts["faces"].toInt(), 48);
    const QJsonArray identity = facts["identity"].toArray();
    QCOMPARE(identity.size(), 3);
    const QJsonObject near = identity[1].toObject();
    QCOMPARE(near["azimuth_deg"].toDouble(), 45.0);
    QVERIFY(near["auc"].toDouble() > 0 && near["auc"].toDouble() <= 1);
    QVERIFY(near["same_pairs"].toInt() > 10);
    const QJsonObject all = identity[2].toObject();
    QCOMPARE(all["same_pairs"].toInt() + all["different_pairs"].toInt(), 48 * 47 / 2);
    QCOMPARE(all["same_pairs"].toInt(), 16 * 3);
    const QJsonArray choice = facts["forced_choice"].toArray();
    QCOMPARE(choice.size(), 3);
    QCOMPARE(choice[1].toObject()["name"].toString(), QString("psnr_db"));
    // A pixel's error grows with every degradation.
    QVERIFY(choice[1].toObject()["right_strength"].toDouble() >= 0.8);
    QCOMPARE(facts["mean"].toObject()["auc"].toDouble(), near["auc"].toDouble());
  }

  void a_cache_of_faces_is_measured_too() {
    const RunResult result = run_portrait({"evaluate", "identity", "--cache", at("people"),
                                           "--pack", at("pack"), "--triplets", "3", "--json"});
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
    QCOMPARE(facts["people"].toInt(), 2);
    const RunResult nobody =
        run_portrait({"evaluate", "identity", "--cache", at("nowhere"), "--pack", at("pack")});
    QVERIFY(nobody.code != 0);
    QVERIFY2(nobody.err.contains("--identities"), qPrintable(nobody.err));
  }

  void each_network_runs_alone() {
    const Tensor crops = at::rand({2, 3, 112, 112});
    save_tensors(at("in.safetensors").toStdString(),
                 {{"crops", crops}, {"a", crops}, {"b", crops.flip({0})}});
    const auto run = [&](const char* network) {
      const RunResult result = run_portrait({"pack", "run", network, "--pack", at("pack"), "--in",
                                             at("in.safetensors"), "--out", at("out.safetensors")});
      return result.code == 0 ? load_tensors(SafetensorsFile(at("out.safetensors").toStdString()))
                              : TensorMap{};
    };
    const TensorMap who = run("id_compact");
    QCOMPARE(who.at("embeddings").sizes().vec(), (std::vector<std::int64_t>{2, 128}));
    QVERIFY((who.at("embeddings").norm(2, 1) - 1).abs().max().item<double>() < 1e-4);
    const TensorMap distance = run("perceptual_compact");
    QCOMPARE(distance.at("distance").sizes().vec(), (std::vector<std::int64_t>{2}));
    QVERIFY(distance.at("distance").min().item<double>() > 0);
    save_tensors(at("in.safetensors").toStdString(), {{"crops", crops.slice(2, 0, 96)}});
    const RunResult small = run_portrait({"pack", "run", "id_compact", "--pack", at("pack"), "--in",
                                          at("in.safetensors"), "--out", at("out.safetensors")});
    QVERIFY(small.code != 0);
    QVERIFY2(small.err.contains("crops"), qPrintable(small.err));
  }
};

}  // namespace portrait

QTEST_GUILESS_MAIN(portrait::IdentityTest)
#include "identity_test.moc"

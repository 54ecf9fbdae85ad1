// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/hpdm.h"
#include "core/diffusion/noise_schedule.h"
#include "core/image/read_image.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch_safetensors.h"
#include "core/prior/plane_unet.h"
#include "core/training/install_weights.h"
#include "core/training/unet_networks.h"
#include "core/training/view_cache.h"
#include "tests/app/run_portrait.h"
#include "tests/training/head_data.h"

#include <nlohmann/json.hpp>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <filesystem>
#include <fstream>

using namespace portrait;
namespace fs = std::filesystem;

// The pack that ships with diffusion networks that have learned nothing, and one person.
class StageEvaluationTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;

  void install(const std::string& id, const TensorMap& tensors, const nlohmann::json& config) const {
    write_weights(root_ / "weights", id, tensors, config, 0, "Nothing.");
    install_weights(root_ / "weights", id, root_ / "pack");
  }

  void install_networks() const {
    UnetNetworksConfig config;
    config.unet.sizes.block_out_channels = {16, 16, 16};
    config.unet.attention.heads = {2, 2, 2};
    config.conditioner.widths = {8, 8, 8, 8};
    const TensorMap base = UnetNetworks::random(config, 1);
    nlohmann::json unet = to_json(config.unet);
    unet["schedule"] = to_json(ScheduleConfig{.prediction_type = Prediction::kVelocity});
    install("unet", UnetNetworks::part(base, "unet"), unet);
    install("conditioner", UnetNetworks::part(base, "conditioner"), to_json(config.conditioner));
    HpdmConfig hpdm = compact_hpdm();
    hpdm.control.sizes = config.unet.sizes;
    nlohmann::json branches = to_json(hpdm);
    branches["unet_sha256"] = ModelPack::open(root_ / "pack").network("unet").sha256;
    install("hpdm", hpdm_of_unet(UnetNetworks::part(base, "unet"), hpdm, 1), branches);
    PlaneUNetConfig planes;
    planes.widths = {8, 16};
    TensorMap identity;
    for (const auto& [name, tensor] : make_plane_unet({}, planes).parameters) {
      identity[name] = tensor;
    }
    install("geometry", identity, to_json(planes));
  }

  QStringList command(const char* what, const QStringList& more) const {
    return QStringList{"evaluate", what, "--views", QString::fromStdString(root_ / "views")} + more;
  }
  QString pack() const { return QString::fromStdString(root_ / "pack"); }

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    ViewCacheOptions views;
    views.folder = root_ / "views";
    if (!use_head_data(views)) QSKIP("The head model is not beside the project");
    views.count = 1;
    views.held_out = true;
    fill_view_cache(views, {});
    const fs::path compact = fs::path(PORTRAIT_SOURCE_DIR) / "resources/packs/compact";
    fs::copy(compact, root_ / "pack");
    fs::create_directories(root_ / "weights");
    install_networks();
  }

  void rows_of_both_figures_are_measured() {
    const QString sheet = folder_.filePath("sheet.png");
    const RunResult result = run_portrait(
        command("ablation", {"--pack", pack(), "--rows", "full",
                 "--preset", "draft", "--set", "photo_fit.steps_max=1", "--set",
                 "detail.iterations=2", "--set", "detail.size=128", "--set",
                 "detail.random_views=0", "--sheet", sheet, "--json"}));
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
    QCOMPARE(facts["subjects"].toInt(), 1);
    const QJsonArray rows = facts["rows"].toArray();
    QStringList names;
    for (const auto& row : rows) {
      const QJsonObject values = row.toObject();
      names << values["name"].toString();
      if (names.back() == "truth") {
        QVERIFY(!values.contains("psnr_db"));
        QVERIFY(values["consistency_db"].toDouble() > 25);
        continue;
      }
      QVERIFY(values["psnr_db"].toDouble() > 10);
      QVERIFY(values["mask_iou"].toDouble() > 0.5);
      QVERIFY(values["consistency_db"].toDouble() > 15);
      QVERIFY(values.contains("acceptance") == (names.back() != "start"));
    }
    QCOMPARE(names, (QStringList{"full", "start", "truth"}));
    // Stage 3 began where the row "start" stands and changed it.
    QVERIFY(rows[0].toObject()["psnr_db"] != rows[1].toObject()["psnr_db"]);
    const Image picture = read_image(sheet.toStdString()).image;
    QVERIFY(picture.width > picture.height);  // three rows of four
  }

  void stage_2_is_measured_step_by_step() {
    const RunResult result = run_portrait(
        command("restoration", {"--pack", pack(), "--set", "geometry.steps=1", "--set",
                                "geometry.size=128", "--preset", "draft", "--json"}));
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
    QMap<QString, QJsonObject> rows;
    for (const auto& row : facts["rows"].toArray()) {
      rows[row.toObject()["name"].toString()] = row.toObject();
    }
    QCOMPARE(rows.keys(), (QStringList{"direct", "fine_tuned", "first", "pre_trained"}));
    // Untrained, the network is the identity; a step of either kind changes the head.
    QCOMPARE(rows["pre_trained"]["psnr_db"], rows["first"]["psnr_db"]);
    QVERIFY(rows["fine_tuned"]["psnr_db"] != rows["first"]["psnr_db"]);
    QVERIFY(rows["direct"]["psnr_db"] != rows["fine_tuned"]["psnr_db"]);
    for (const auto& row : rows) QVERIFY(row["back_mask_iou"].toDouble() > 0.5);
    QCOMPARE(facts["targets"].toArray().size(), 4);
    QCOMPARE(facts["targets"].toArray()[1].toObject()["reached"].toBool(true), false);
  }

  void the_gate_of_stage_3_is_measured() {
    const RunResult result =
        run_portrait(command("hpdm", {"--pack", pack(), "--timesteps", "300", "--json"}));
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
    QMap<QString, QJsonObject> rows;
    for (const auto& row : facts["rows"].toArray()) {
      rows[row.toObject()["name"].toString()] = row.toObject();
    }
    QCOMPARE(rows.keys(),
             (QStringList{"carried", "chain_300", "decoded", "denoised_300", "muted_all_300",
                          "muted_geometry_300", "muted_implicit_300", "render", "rough_300"}));
    // The VAE keeps more than stage 1 knows, and true pixels are sharp wherever they are put.
    QVERIFY(rows["decoded"]["psnr_db"].toDouble() > rows["render"]["psnr_db"].toDouble() + 3);
    QVERIFY(rows["carried"]["sharpness"].toDouble() > 2 * rows["render"]["sharpness"].toDouble());
    QVERIFY(rows["carried"]["psnr_db_seen"].toDouble() >
            rows["render"]["psnr_db_seen"].toDouble());
    QVERIFY(std::abs(rows["carried"]["psnr_db_unseen"].toDouble() -
                     rows["render"]["psnr_db_unseen"].toDouble()) < 0.5);
    // Branches that have learned nothing add nothing.
    QCOMPARE(rows["denoised_300"]["psnr_db"], rows["muted_all_300"]["psnr_db"]);
    const QJsonArray gate = facts["gate"].toArray();
    QCOMPARE(gate.size(), 6);
    QVERIFY(!gate[0].toObject()["reached"].toBool(true));
  }

  void the_gate_alone_is_measured_from_fewer_rows() {
    const RunResult result = run_portrait(
        command("hpdm", {"--pack", pack(), "--timesteps", "300", "--gate-only", "--json"}));
    QVERIFY2(result.code == 0, qPrintable(result.err));
    const QJsonObject facts = QJsonDocument::fromJson(result.out.toUtf8()).object();
    QStringList rows;
    for (const auto& row : facts["rows"].toArray()) rows << row.toObject()["name"].toString();
    QCOMPARE(rows, (QStringList{"carried", "denoised_300", "render", "rough_300"}));
    QCOMPARE(facts["gate"].toArray().size(), 6);
    QVERIFY(!facts.contains("beats"));
  }

  void what_cannot_be_measured_is_said() {
    const QTemporaryDir folder;
    const fs::path without = fs::path(folder.path().toStdString()) / "pack";
    fs::copy(pack().toStdString(), without, fs::copy_options::recursive);
    std::ifstream in(without / "pack.json");
    nlohmann::json listed = nlohmann::json::parse(in);
    nlohmann::json others = nlohmann::json::array();
    for (const auto& one : listed.at("networks")) {
      if (one.at("id") != "hpdm") others.push_back(one);
    }
    listed["networks"] = others;
    std::ofstream(without / "pack.json") << listed;
    const RunResult plain = run_portrait(
        command("ablation", {"--pack", QString::fromStdString(without.string())}));
    QVERIFY(plain.code != 0);
    QVERIFY2(plain.err.contains("stage 3"), qPrintable(plain.err));
    const RunResult row = run_portrait(
        command("ablation", {"--pack", pack(), "--rows", "fixd"}));
    QCOMPARE(row.code, 2);
    QVERIFY2(row.err.contains("random_half"), qPrintable(row.err));
  }
};

QTEST_GUILESS_MAIN(StageEvaluationTest)
#include "stage_evaluation_test.moc"

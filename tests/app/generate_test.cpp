// SPDX-License-Identifier: Apache-2.0
// The whole way from a photo to its outputs, with the pack that ships and a tiny budget.
#include "core/base/files.h"
#include "core/exporting/glb.h"
#include "core/exporting/obj.h"
#include "core/exporting/ply.h"
#include "core/exporting/video_writer.h"
#include "core/image/read_image.h"
#include "core/image/write_image.h"
#include "tests/app/run_portrait.h"
#include "tests/support/sample_photo.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtEndian>
#include <QtTest>

#include <cstring>
#include <set>

namespace portrait {
namespace {

const QString kPack = QStringLiteral(PORTRAIT_SOURCE_DIR "/resources/packs/compact");

QJsonObject object_of(const QByteArray& bytes) {
  return QJsonDocument::fromJson(bytes).object();
}

QByteArray bytes_of(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class GenerateTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase();
  void writes_everything();
  void report_has_the_fixed_keys();
  void same_seed_same_head();
  void replays_the_project();
  void renders_the_project();
  void exports_the_project();
  void evaluates_the_head();
  void tells_about_the_project();
  void runs_a_network();
  void ctrl_c_saves_the_project();
  void full_disk_keeps_what_was_there();
  void photo_without_a_face();

 private:
  QString path(const QString& name) const { return folder_.filePath(name); }
  QStringList tiny(const QString& photo, const QString& out) const {
    return {"generate", photo,
            "--out",    out,
            "--pack",   kPack,
            "--preset", "draft",
            "--seed",   "3",
            "--set",    "photo_fit.steps_max=2",
            "--set",    "detail.iterations=2",
            "--set",    "detail.viewpoints=30,0 90,0",
            "--set",    "detail.size=128",
            "--set",    "turntable.frames=4",
            "--set",    "turntable.size=128",
            "--set",    "mesh.resolution=48",
            "--set",    "mesh.texture=256"};
  }
  QString photo_;
  QTemporaryDir folder_;
};

void GenerateTest::initTestCase() {
  photo_ = sample_photo();
  if (!QFile::exists(kPack + "/pack.json")) QSKIP("There is no pack in resources/packs/compact");
  if (!QFile::exists(photo_)) QSKIP("There is no sample photo (resources/samples)");
  const RunResult result = run_portrait(
      tiny(photo_, path("head")) + QStringList{"--ply", "--png-sequence", "--progress", "json"});
  QVERIFY2(result.code == 0, qPrintable(result.err));
  std::set<QString> events;
  for (const QString& line : result.out.split('\n', Qt::SkipEmptyParts)) {
    const QJsonObject event = object_of(line.toUtf8());
    QVERIFY2(event.contains("event"), qPrintable(line));
    events.insert(event["event"].toString());
  }
  for (const char* name : {"photo", "first_head", "step", "export", "done"}) {
    QVERIFY2(events.count(QLatin1String(name)) == 1, name);
  }
}

void GenerateTest::writes_everything() {
  const QStringList found =
      QDir(path("head"))
          .entryList(QDir::Files | QDir::Dirs | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
  QCOMPARE(found, (QStringList{"contact_sheet.png", "head.glb", "head.ply", "head_texture.png",
                               "mesh_report.json", "project.portrait", "report.json", "seen.png",
                               "turntable", "turntable.mp4"}));
  const TriangleMesh mesh = read_glb(path("head/head.glb").toStdString());
  QVERIFY(mesh.triangles.size() > 500);
  QCOMPARE(mesh.texcoords.size(), mesh.positions.size());
  QCOMPARE(read_ply(path("head/head.ply").toStdString()).triangles.size(), mesh.triangles.size());
  const VideoInfo video = inspect_video(path("head/turntable.mp4").toStdString());
  QCOMPARE(video.frames, 4);
  QCOMPARE(video.width, 128);
  QCOMPARE(QDir(path("head/turntable")).entryList(QDir::Files).size(), 4);
  const Image frame = read_image(path("head/turntable/frame_0000.png").toStdString()).image;
  QCOMPARE(frame.channels, 4);
  QVERIFY(*std::max_element(frame.pixels.begin(), frame.pixels.end()) > 0.5F);
  const Image sheet = read_image(path("head/contact_sheet.png").toStdString()).image;
  QVERIFY(sheet.width > 5 * 256 && sheet.height > 3 * 256);
}

void GenerateTest::report_has_the_fixed_keys() {
  const QJsonObject report = object_of(bytes_of(path("head/report.json")));
  QStringList keys = report.keys();
  QStringList expected = {
      "photo",          "losses",         "seed",          "settings",
      "pack",           "device",         "stages",        "time_to_first_head_s",
      "total_s",        "peak_memory_mb", "front_psnr_db", "front_sharpness",
      "front_mask_iou", "outputs",        "warnings"};
  keys.sort();
  expected.sort();
  QCOMPARE(keys, expected);
  QCOMPARE(report["seed"].toInt(), 3);
  QCOMPARE(report["settings"].toObject()["mesh.resolution"].toInt(), 48);
  QCOMPARE(report["pack"].toObject().keys(), (QStringList{"hash", "name", "version"}));
  QVERIFY(report["front_psnr_db"].toDouble() > 5);
  QVERIFY(report["front_mask_iou"].toDouble() > 0.3);
  QVERIFY(report["time_to_first_head_s"].toDouble() > 0);
  QVERIFY(report["total_s"].toDouble() > report["time_to_first_head_s"].toDouble());
  QVERIFY(report["peak_memory_mb"].toDouble() > 50);
  const QJsonArray stages = report["stages"].toArray();
  QCOMPARE(stages.size(), 3);
  for (const auto& stage : stages) {
    QCOMPARE(stage.toObject().keys(), (QStringList{"acceptance_per_view", "name", "seconds",
                                                   "seconds_per_part", "steps", "views"}));
  }
  QCOMPARE(stages[1].toObject()["name"].toString(), QString("photo_fit"));
  // As many as the minutes allow on this machine, two at most.
  const int steps = stages[1].toObject()["steps"].toInt();
  QVERIFY(steps == 1 || steps == 2);
  QCOMPARE(stages[2].toObject()["name"].toString(), QString("detail"));
  QCOMPARE(stages[2].toObject()["steps"].toInt(), 2);
  const QJsonArray acceptance = stages[2].toObject()["acceptance_per_view"].toArray();
  QCOMPARE(acceptance.size(), 2);
  for (const auto& share : acceptance) QVERIFY(share.toDouble() == 0 || share.toDouble() == 1);
  QVERIFY(report["losses"].toObject().contains("total"));
  const QJsonArray outputs = report["outputs"].toArray();
  QCOMPARE(outputs.size(), 12);
  for (const auto& output : outputs) {
    const QString file = path("head/" + output.toObject()["path"].toString());
    QCOMPARE(output.toObject()["bytes"].toInteger(), QFileInfo(file).size());
    QCOMPARE(output.toObject()["sha256"].toString().toStdString(), sha256_file(file.toStdString()));
  }
}

void GenerateTest::same_seed_same_head() {
  const RunResult result = run_portrait(tiny(photo_, path("again")));
  QVERIFY2(result.code == 0, qPrintable(result.err));
  QCOMPARE(bytes_of(path("again/head.glb")), bytes_of(path("head/head.glb")));
  QCOMPARE(bytes_of(path("again/contact_sheet.png")), bytes_of(path("head/contact_sheet.png")));
}

void GenerateTest::replays_the_project() {
  const RunResult result =
      run_portrait({"replay", path("head/project.portrait"), "--json", "--pack", kPack, "--out",
                    path("replayed.portrait")});
  QVERIFY2(result.code == 0, qPrintable(result.err));
  const QJsonObject facts = object_of(result.out.toUtf8());
  QVERIFY(facts["same"].toBool());
  QCOMPARE(facts["largest_difference"].toDouble(-1), 0.0);
  QVERIFY(facts["steps"].toInt() >= 1);
  QCOMPARE(facts["steps"].toInt(), facts["of"].toInt());

  // One number of the saved head is another: what comes out is not what was saved.
  QByteArray bytes = bytes_of(path("replayed.portrait"));
  const auto header = qFromLittleEndian<quint64>(bytes.constData());
  const QJsonObject tensors = object_of(bytes.mid(8, qsizetype(header)));
  const qsizetype at = 8 + qsizetype(header) +
                       qsizetype(tensors["head.planes"].toObject()["data_offsets"].toArray()[0].toInteger());
  const float other = 0.25F;
  std::memcpy(bytes.data() + at, &other, sizeof other);
  write_bytes(path("changed.portrait"), bytes);
  const RunResult changed =
      run_portrait({"replay", path("changed.portrait"), "--json", "--pack", kPack});
  QCOMPARE(changed.code, 1);
  QVERIFY(!object_of(changed.out.toUtf8())["same"].toBool(true));
  QVERIFY(changed.err.contains("not the one"));
}

void GenerateTest::renders_the_project() {
  const RunResult result =
      run_portrait({"render", path("head/project.portrait"), "--azimuth", "-30,0", "--size", "128",
                    "--depth", "--out", path("views")});
  QVERIFY2(result.code == 0, qPrintable(result.err));
  const QDir views(path("views"));
  QCOMPARE(views.entryList({"*_depth.png"}).size(), 2);
  const QStringList pictures = views.entryList({"view_*0.png"});
  QCOMPARE(pictures.size(), 2);
  const Image image = read_image(views.filePath(pictures.first()).toStdString()).image;
  QCOMPARE(image.width, 128);
  QCOMPARE(image.channels, 4);
  const QJsonObject transforms = object_of(bytes_of(path("views/transforms.json")));
  QCOMPARE(transforms["frames"].toArray().size(), 2);
  // The head stands 2.7 units away, its surface at most half a unit nearer or farther.
  ReadOptions any_size;
  any_size.min_side = 1;
  const QString file = views.filePath(views.entryList({"*_depth.png"}).first());
  const Image depth = read_image(file.toStdString(), any_size).image;
  const double nearest = 65535.0 * transforms["integer_depth_scale"].toDouble() *
                         double(*depth.at(depth.width / 2, depth.height / 2));
  QVERIFY2(nearest > 1.9 && nearest < 2.9, qPrintable(QString::number(nearest)));
}

void GenerateTest::exports_the_project() {
  const QString project = path("head/project.portrait");
  const QString out = path("exported");
  const RunResult result =
      run_portrait({"export", project, "--out", out, "--format", "obj,stl,gif,pictures", "--preset",
                    "unreal", "--set", "mesh.texture=0", "--set", "turntable.frames=2"});
  QVERIFY2(result.code == 0, qPrintable(result.err));
  for (const char* file :
       {"head.obj", "head.stl", "mesh_report.json", "turntable.gif", "pictures/transforms.json"}) {
    QVERIFY2(QFileInfo(out + "/" + file).size() > 0, file);
    QVERIFY2(result.out.contains(QString("/") + file), file);
  }
  QVERIFY(!QFile::exists(out + "/head.glb"));          // not asked for
  QVERIFY(!QFile::exists(out + "/head_texture.png"));  // none, as the setting says
  const MeshAxes axes = mesh_axes(MeshPreset::kUnreal, MeshFormat::kObj);
  const TriangleMesh mesh = read_obj((out + "/head.obj").toStdString(), axes).mesh;
  QCOMPARE(mesh.triangles.size(), read_glb(path("head/head.glb").toStdString()).triangles.size());
  for (const QStringList& wrong :
       {QStringList{"--format", "fbx"}, QStringList{"--preset", "maya"}}) {
    const RunResult refused = run_portrait(QStringList{"export", project, "--out", out} + wrong);
    QCOMPARE(refused.code, 2);
    QVERIFY2(refused.err.contains(wrong[1]) && refused.err.contains("there are"),
             qPrintable(refused.err));
  }
}

void GenerateTest::evaluates_the_head() {
  const RunResult result =
      run_portrait({"evaluate", "head", path("head/project.portrait"), "--json"});
  QVERIFY2(result.code == 0, qPrintable(result.err));
  const QJsonObject facts = object_of(result.out.toUtf8());
  int renders = 0;
  for (const auto& item : facts["rows"].toArray()) {
    const QJsonObject row = item.toObject();
    if (row["name"].toString() != "render") continue;
    ++renders;
    QVERIFY(row["face"].isBool());
    QVERIFY(row["silhouette_width"].toDouble() > 0.2);
    QVERIFY(row["silhouette_width"].toDouble() < 5);
  }
  QCOMPARE(renders, 24);
  const QJsonObject mean = facts["mean"].toObject();
  QVERIFY(mean["psnr_db"].toDouble() > 5);
  QVERIFY(std::abs(mean["detail_correlation"].toDouble()) <= 1);
  const QJsonObject report = object_of(bytes_of(path("head/report.json")));
  QVERIFY(std::abs(mean["psnr_db"].toDouble() - report["front_psnr_db"].toDouble()) < 1e-6);
}

void GenerateTest::tells_about_the_project() {
  const RunResult result = run_portrait({"info", path("head/project.portrait"), "--json"});
  QVERIFY2(result.code == 0, qPrintable(result.err));
  const QJsonObject facts = object_of(result.out.toUtf8());
  QCOMPARE(facts["seed"].toInt(), 3);
  QVERIFY(facts["steps_taken"].toInt() >= 1);
  QCOMPARE(facts["under_way"].toBool(true), false);
  const RunResult photo = run_portrait({"info", photo_, "--json", "--pack", kPack});
  QVERIFY2(photo.code == 0, qPrintable(photo.err));
  QVERIFY(object_of(photo.out.toUtf8())["faces"].toArray().size() >= 1);
  const RunResult program = run_portrait({"info", "--json", "--pack", kPack});
  QCOMPARE(program.code, 0);
  QVERIFY(
      object_of(program.out.toUtf8())["pack"].toObject()["networks"].toObject().contains("prior"));
}

void GenerateTest::runs_a_network() {
  QCOMPARE(run_portrait({"pack", "verify", kPack}).code, 0);
  const RunResult unknown = run_portrait({"pack", "run", "oracle", "--pack", kPack, "--in",
                                          path("head/project.portrait"), "--out", path("o")});
  QCOMPARE(unknown.code, 2);
  const RunResult wrong = run_portrait({"pack", "run", "prior", "--pack", kPack, "--in",
                                        path("head/project.portrait"), "--out", path("o")});
  QCOMPARE(wrong.code, 3);
  QVERIFY2(wrong.err.contains("\"photo\""), qPrintable(wrong.err));
}

void GenerateTest::ctrl_c_saves_the_project() {
  QProcess process;
  start_portrait(process, tiny(photo_, path("stopped")) +
                              QStringList{"--set", "photo_fit.steps_max=100000", "--set",
                                          "photo_fit.minutes=60", "--progress", "json"});
  QByteArray seen;
  QTRY_VERIFY_WITH_TIMEOUT((process.waitForReadyRead(50), seen += process.readAllStandardOutput(),
                            seen.contains("\"step\"")),
                           120000);
  ::kill(pid_t(process.processId()), SIGINT);
  QVERIFY(process.waitForFinished(60000));
  QCOMPARE(process.exitStatus(), QProcess::NormalExit);
  QCOMPARE(process.exitCode(), 130);
  QCOMPARE(contents_of(path("stopped")).keys(), QStringList{"project.portrait"});
  const RunResult info = run_portrait({"info", path("stopped/project.portrait"), "--json"});
  QVERIFY2(info.code == 0, qPrintable(info.err));
  const QJsonObject facts = object_of(info.out.toUtf8());
  QVERIFY(facts["under_way"].toBool());
  QVERIFY(facts["steps_taken"].toInt() >= 1);
}

void GenerateTest::full_disk_keeps_what_was_there() {
  write_earlier_outputs(path("full"));
  const auto before = contents_of(path("full"));
  const RunResult result = run_portrait(
      tiny(photo_, path("full")) + QStringList{"--set", "photo_fit=false"}, Trouble::kFullDisk);
  QCOMPARE(result.code, 3);
  QVERIFY2(!result.err.isEmpty(), "no message");
  QCOMPARE(contents_of(path("full")), before);
}

void GenerateTest::photo_without_a_face() {
  const Image wall(400, 400, 3, 0.6F);
  write_image(path("wall.png").toStdString(), wall);
  write_earlier_outputs(path("wall"));
  const auto before = contents_of(path("wall"));
  const RunResult result = run_portrait(tiny(path("wall.png"), path("wall")));
  QCOMPARE(result.code, 3);
  QVERIFY2(result.err.contains("face"), qPrintable(result.err));
  QCOMPARE(contents_of(path("wall")), before);
}

}  // namespace portrait

QTEST_GUILESS_MAIN(portrait::GenerateTest)
#include "generate_test.moc"

// SPDX-License-Identifier: Apache-2.0
// `portrait synth --out`: what it writes is read back and held against itself.
#include "core/image/read_image.h"
#include "tests/app/run_portrait.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <array>
#include <cmath>

namespace portrait {
namespace {

const QString kData = QStringLiteral(PORTRAIT_SOURCE_DIR "/../shared/data/heads/");
constexpr int kSize = 128;
constexpr int kCount = 5;

QStringList command(const QString& folder, const QStringList& more = {}) {
  return QStringList{"synth",
                     "--out",
                     folder,
                     "--heads",
                     kData + "ict_facekit_light.safetensors",
                     "--hair",
                     kData + "hair_cc0.safetensors",
                     "--size",
                     QString::number(kSize)} +
         more;
}

QJsonArray frames_of(const QString& folder) {
  QFile file(folder + "/transforms.json");
  if (!file.open(QIODevice::ReadOnly)) return {};
  return QJsonDocument::fromJson(file.readAll()).object()["frames"].toArray();
}

// Camera coordinates, x right, y up, z backward, of a world point.
std::array<double, 3> in_camera(const QJsonArray& matrix, const QJsonArray& point) {
  std::array<double, 3> result{};
  for (int k = 0; k < 3; ++k) {
    for (int r = 0; r < 3; ++r) {
      const QJsonArray row = matrix[r].toArray();
      result[std::size_t(k)] += row[k].toDouble() * (point[r].toDouble() - row[3].toDouble());
    }
  }
  return result;
}

Image load(const QString& path) {
  return read_image(path.toStdString()).image;
}

}  // namespace

class SynthTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase();
  void cameras_project_the_landmarks();
  void pictures_agree_with_each_other();
  void same_bytes_on_any_number_of_threads();
  void numbers_name_subjects();
  void refuses_what_it_cannot_draw();

 private:
  QTemporaryDir folder_;
  QString out_;
};

void SynthTest::initTestCase() {
  if (!QFile::exists(kData + "ict_facekit_light.safetensors"))
    QSKIP("the head model is not beside the project");
  out_ = folder_.filePath("out");
  const RunResult result =
      run_portrait(command(out_, {"--count", QString::number(kCount), "--photos", "2", "--geometry",
                                  "--sheet", folder_.filePath("sheet.png")}));
  QVERIFY2(result.code == 0, qPrintable(result.err));
  QVERIFY2(result.out.contains(" a second"), qPrintable(result.out));
}

void SynthTest::cameras_project_the_landmarks() {
  const QJsonArray frames = frames_of(out_);
  QCOMPARE(frames.size(), kCount);
  for (const auto& item : frames) {
    const QJsonObject frame = item.toObject();
    QCOMPARE(frame["w"].toInt(), kSize);
    QCOMPARE(frame["h"].toInt(), kSize);
    QVERIFY(QFile::exists(out_ + "/" + frame["file_path"].toString()));
    const QJsonArray points = frame["landmarks"].toArray();
    const QJsonArray world = frame["landmarks_world"].toArray();
    QCOMPARE(points.size(), 68);
    QCOMPARE(world.size(), 68);
    for (int i = 0; i < 68; ++i) {
      const auto p = in_camera(frame["transform_matrix"].toArray(), world[i].toArray());
      QVERIFY(p[2] < 0);  // before the camera, which looks along -z
      const double u = frame["cx"].toDouble() - frame["fl_x"].toDouble() * p[0] / p[2];
      const double v = frame["cy"].toDouble() + frame["fl_y"].toDouble() * p[1] / p[2];
      QVERIFY(std::abs(u - points[i].toArray()[0].toDouble()) < 0.02);
      QVERIFY(std::abs(v - points[i].toArray()[1].toDouble()) < 0.02);
    }
    // A person stands upright: the chin lies under the nose's bridge in the world.
    QVERIFY(world[8].toArray()[1].toDouble() < world[27].toArray()[1].toDouble());
  }
}

void SynthTest::pictures_agree_with_each_other() {
  int noses = 0;
  for (const auto& item : frames_of(out_)) {
    const QJsonObject frame = item.toObject();
    QString name = out_ + "/" + frame["file_path"].toString();
    name.chop(4);
    const Image photo = load(name + ".png");
    const Image matte = load(name + "_matte.png");
    const Image depth = load(name + "_depth.png");
    const Image normals = load(name + "_normals.png");
    QCOMPARE(photo.width, kSize);
    int disagree = 0;
    int covered = 0;
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const bool solid = *depth.at(x, y) > 0;
        if ((*matte.at(x, y) > 0.5F) != solid) ++disagree;
        if (!solid) continue;
        ++covered;
        double length = 0;
        for (int c = 0; c < 3; ++c) length += std::pow(2 * normals.at(x, y)[c] - 1, 2);
        QVERIFY(std::abs(std::sqrt(length) - 1) < 0.02);
      }
    }
    QVERIFY(covered > kSize * kSize / 20);
    QVERIFY2(disagree < kSize * kSize / 50, qPrintable(QString::number(disagree)));
    // The nose's tip is where the depth says, unless hair hangs before it.
    const QJsonArray tip = frame["landmarks"].toArray()[30].toArray();
    const auto p = in_camera(frame["transform_matrix"].toArray(),
                             frame["landmarks_world"].toArray()[30].toArray());
    const int x = int(tip[0].toDouble());
    const int y = int(tip[1].toDouble());
    if (x < 0 || y < 0 || x >= kSize || y >= kSize) continue;
    const double seen = double(*depth.at(x, y)) * 65535 * 1e-4;
    if (std::abs(seen + p[2]) < 0.03) ++noses;
  }
  QVERIFY2(noses >= kCount - 1, qPrintable(QString::number(noses)));
  const Image sheet = load(folder_.filePath("sheet.png"));
  QCOMPARE(sheet.width, 3 * kSize);
  QCOMPARE(sheet.height, 2 * kSize);
}

void SynthTest::same_bytes_on_any_number_of_threads() {
  const QString one = folder_.filePath("one");
  const QString three = folder_.filePath("three");
  qputenv("PORTRAIT_THREADS", "1");
  const RunResult first = run_portrait(command(one, {"--count", "3", "--geometry"}));
  qputenv("PORTRAIT_THREADS", "3");
  const RunResult second = run_portrait(command(three, {"--count", "3", "--geometry"}));
  qunsetenv("PORTRAIT_THREADS");
  QVERIFY2(first.code == 0 && second.code == 0, qPrintable(first.err + second.err));
  const auto contents = contents_of(one);
  QCOMPARE(contents.size(), 3 * 4 + 1);
  QVERIFY(contents == contents_of(three));
}

void SynthTest::numbers_name_subjects() {
  const QString later = folder_.filePath("later");
  const QString reserved = folder_.filePath("reserved");
  QCOMPARE(run_portrait(command(later, {"--first", "1", "--count", "1"})).code, 0);
  QCOMPARE(run_portrait(command(reserved, {"--first", "1", "--count", "1", "--validation"})).code,
           0);
  const auto a = contents_of(out_);
  const auto b = contents_of(later);
  const auto c = contents_of(reserved);
  QVERIFY(!b["000001_0.png"].isEmpty());
  QVERIFY(a["000001_0.png"] == b["000001_0.png"]);
  QVERIFY(c["000001_0.png"] != b["000001_0.png"]);
  QCOMPARE(frames_of(later)[0].toObject()["subject"].toInt(), 1);
}

void SynthTest::refuses_what_it_cannot_draw() {
  QCOMPARE(run_portrait(command(folder_.filePath("no"), {"--count", "0"})).code, 2);
  QCOMPARE(run_portrait(command(folder_.filePath("no"), {"--size", "7"})).code, 2);
  QVERIFY(!QFile::exists(folder_.filePath("no")));
}

}  // namespace portrait

QTEST_GUILESS_MAIN(portrait::SynthTest)
#include "synth_test.moc"

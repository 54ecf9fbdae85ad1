// SPDX-License-Identifier: Apache-2.0
// The program on bad command lines and bad inputs: exit code, message, and nothing lost. Needs no
// model pack beyond a made-up one.
#include "core/base/image.h"
#include "core/base/random.h"
#include "core/image/write_image.h"
#include "core/nn/model_pack.h"
#include "tests/app/run_portrait.h"

#include <QTemporaryDir>
#include <QtTest>

#include <span>

namespace portrait {
namespace {

QByteArray png_of_size(int side) {
  Image image(side, side, 3);
  RandomStream random({5, random_purpose("test.noise"), 0, 0});
  random.fill_uniform(image.pixels);
  return QByteArray::fromStdString(encode_png(image));
}

quint32 crc32(const QByteArray& bytes) {
  quint32 crc = 0xFFFFFFFFU;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int k = 0; k < 8; ++k) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320U : crc >> 1;
  }
  return ~crc;
}

QByteArray big_endian(quint32 value) {
  QByteArray bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.append(static_cast<char>(value >> shift));
  return bytes;
}

// A whole PNG by its chunks, of which the first one lies.
QByteArray png_claiming(quint32 side) {
  const auto chunk = [](const QByteArray& type, const QByteArray& body) {
    return big_endian(quint32(body.size())) + type + body + big_endian(crc32(type + body));
  };
  return QByteArray("\x89PNG\r\n\x1a\n", 8) +
         chunk("IHDR", big_endian(side) + big_endian(side) + QByteArray("\x08\x02\0\0\0", 5)) +
         chunk("IDAT", QByteArray(64, '\x11')) + chunk("IEND", {});
}

}  // namespace

class BadInputTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void usage_data();
  void usage();
  void help_is_no_error();
  void photos_data();
  void photos();
  void a_bad_photo_in_a_batch_stops_it();
  void folder_without_photos();
  void missing_pack();
  void pack_with_a_wrong_hash();
  void pack_without_a_prior();
  void output_folder_not_writable();
  void projects_data();
  void projects();

 private:
  QString path(const char* name) const { return folder_->filePath(QLatin1String(name)); }
  RunResult generate(const QString& photo, const QStringList& more = {},
                     Trouble trouble = Trouble::kNone) {
    return run_portrait(QStringList{"generate", photo, "--out", path("out")} + more, trouble);
  }
  void make_pack(const QString& folder);

  std::unique_ptr<QTemporaryDir> folder_;
};

void BadInputTest::init() {
  folder_ = std::make_unique<QTemporaryDir>();
  QVERIFY(folder_->isValid());
  // For the test that runs as nobody.
  QFile::setPermissions(folder_->path(), QFile::Permissions(0x7755));
  write_bytes(path("good.png"), png_of_size(128));
}

void BadInputTest::make_pack(const QString& folder) {
  QDir().mkpath(folder);
  const std::filesystem::path at = folder.toStdString();
  const std::vector<float> values = {1, 2, 3};
  save_safetensors(at / "other.safetensors",
                   {{"x", DType::kF32, {3}, std::as_bytes(std::span(values))}});
  write_pack_json(at, "made-up", "1");
  PackNetwork network;
  network.id = "other";
  network.file = "other.safetensors";
  network.licence = "Apache-2.0";
  network.provenance = "A test";
  add_network(at, network);
}

void BadInputTest::usage_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QString>("says");
  const QStringList base = {"generate", "photo.png", "--out", "out"};
  QTest::newRow("nothing") << QStringList{} << "subcommand";
  QTest::newRow("no such command") << QStringList{"generrate"} << "generrate";
  QTest::newRow("no photo") << QStringList{"generate", "--out", "out"} << "photo";
  QTest::newRow("no folder") << QStringList{"generate", "photo.png"} << "--out";
  QTest::newRow("no such option") << base + QStringList{"--colour"} << "--colour";
  QTest::newRow("no such preset") << base + QStringList{"--preset", "drafd"} << "draft";
  QTest::newRow("no such setting")
      << base + QStringList{"--set", "photo_fit.minuets=2"} << "photo_fit.minutes";
  QTest::newRow("out of its domain")
      << base + QStringList{"--set", "photo_fit.minutes=-1"} << "photo_fit.minutes";
  QTest::newRow("not an assignment") << base + QStringList{"--set", "photo_fit"} << "=";
  QTest::newRow("no such device") << base + QStringList{"--device", "tpu"} << "cuda";
  QTest::newRow("no such progress") << base + QStringList{"--progress", "loud"} << "plain";
  QTest::newRow("seed is no number") << base + QStringList{"--seed", "many"} << "--seed";
  QTest::newRow("size") << QStringList{"render", "a.portrait", "--azimuth", "0",
                                       "--out",  "out",        "--size",    "63"}
                        << "multiple of 4";
  QTest::newRow("elevation") << QStringList{"render", "a.portrait", "--azimuth",   "-30,30",
                                            "--out",  "out",        "--elevation", "90"}
                             << "elevation";
}

void BadInputTest::usage() {
  QFETCH(QStringList, arguments);
  QFETCH(QString, says);
  const RunResult result = run_portrait(arguments);
  QCOMPARE(result.code, 2);
  QVERIFY2((result.err + result.out).contains(says), qPrintable(result.err + result.out));
  QVERIFY(!QFile::exists("out"));
}

void BadInputTest::help_is_no_error() {
  const RunResult result = run_portrait({"generate", "--help"});
  QCOMPARE(result.code, 0);
  for (const char* name : {"--preset", "--set", "photo_fit.minutes", "--progress"}) {
    QVERIFY2(result.out.contains(QLatin1String(name)), name);
  }
}

void BadInputTest::photos_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QString>("says");
  const QByteArray png = png_of_size(128);
  Image image(128, 128, 3, 0.3F);
  RandomStream random({6, random_purpose("test.noise"), 0, 0});
  random.fill_uniform(image.pixels);
  const QByteArray jpeg = QByteArray::fromStdString(encode_jpeg(image));
  QTest::newRow("not an image") << QByteArray("This is a letter, and not a picture at all.\n")
                                << "JPEG";
  QTest::newRow("empty") << QByteArray() << "empty";
  QTest::newRow("truncated PNG") << png.left(png.size() / 2) << "end";
  QTest::newRow("truncated JPEG") << jpeg.left(jpeg.size() / 2) << "end";
  QTest::newRow("1x1") << png_of_size(1) << "1";
  QTest::newRow("claims 60000x60000") << png_claiming(60000) << "60000";
}

void BadInputTest::photos() {
  QFETCH(QByteArray, bytes);
  QFETCH(QString, says);
  write_bytes(path("bad.png"), bytes);
  write_earlier_outputs(path("out"));
  const auto before = contents_of(path("out"));
  const RunResult result = generate(path("bad.png"));
  QCOMPARE(result.code, 3);
  QVERIFY2(result.err.contains("bad.png") && result.err.contains(says), qPrintable(result.err));
  QCOMPARE(contents_of(path("out")), before);

  const RunResult missing = generate(path("nothing.png"));
  QCOMPARE(missing.code, 3);
  QVERIFY2(missing.err.contains("nothing.png"), qPrintable(missing.err));
  QCOMPARE(contents_of(path("out")), before);
}

void BadInputTest::a_bad_photo_in_a_batch_stops_it() {
  QDir().mkpath(path("photos"));
  QVERIFY(QFile::copy(path("good.png"), path("photos/a.png")));
  write_bytes(path("photos/b.png"), png_of_size(128).left(3000));
  write_bytes(path("photos/notes.txt"), "Not a picture, and none of our business.");
  const RunResult result = generate(path("photos"));
  QCOMPARE(result.code, 3);
  QVERIFY2(result.err.contains("b.png"), qPrintable(result.err));
  QVERIFY2(!result.err.contains("notes.txt"), qPrintable(result.err));
  QVERIFY(!QFile::exists(path("out")));
}

void BadInputTest::folder_without_photos() {
  QDir().mkpath(path("photos"));
  const RunResult result = generate(path("photos"));
  QCOMPARE(result.code, 3);
  QVERIFY2(result.err.contains("photos"), qPrintable(result.err));
}

void BadInputTest::missing_pack() {
  write_earlier_outputs(path("out"));
  const auto before = contents_of(path("out"));
  const RunResult result = generate(path("good.png"), {"--pack", path("no_pack")});
  QCOMPARE(result.code, 3);
  QVERIFY2(result.err.contains("no_pack"), qPrintable(result.err));
  QCOMPARE(contents_of(path("out")), before);
}

void BadInputTest::pack_with_a_wrong_hash() {
  make_pack(path("pack"));
  QCOMPARE(run_portrait({"pack", "verify", path("pack")}).code, 0);
  QFile weights(path("pack/other.safetensors"));
  QVERIFY(weights.open(QIODevice::ReadWrite));
  QVERIFY(weights.seek(weights.size() - 1));
  QVERIFY(weights.putChar('\x7f'));
  weights.close();
  write_earlier_outputs(path("out"));
  const auto before = contents_of(path("out"));
  const RunResult result = generate(path("good.png"), {"--pack", path("pack")});
  QCOMPARE(result.code, 3);
  QVERIFY2(result.err.contains("other.safetensors"), qPrintable(result.err));
  QCOMPARE(contents_of(path("out")), before);
  QCOMPARE(run_portrait({"pack", "verify", path("pack")}).code, 3);
}

void BadInputTest::pack_without_a_prior() {
  make_pack(path("pack"));
  const RunResult result = generate(path("good.png"), {"--pack", path("pack")});
  QCOMPARE(result.code, 3);
  QVERIFY2(result.err.contains("prior"), qPrintable(result.err));
}

void BadInputTest::output_folder_not_writable() {
  make_pack(path("pack"));
  write_earlier_outputs(path("out"));
  QFile::setPermissions(path("out"), QFile::Permissions(0x5555));
  const auto before = contents_of(path("out"));
  const RunResult result = generate(path("good.png"), {"--pack", path("pack")}, Trouble::kNoRights);
  QFile::setPermissions(path("out"), QFile::Permissions(0x7755));
  QCOMPARE(result.code, 3);
  QVERIFY2(result.err.contains(path("out")), qPrintable(result.err));
  QCOMPARE(contents_of(path("out")), before);
}

void BadInputTest::projects_data() {
  QTest::addColumn<QStringList>("command");
  QTest::newRow("render") << QStringList{"render", "PROJECT", "--azimuth", "0", "--out", "OUT"};
  QTest::newRow("info") << QStringList{"info", "PROJECT"};
  QTest::newRow("evaluate") << QStringList{"evaluate", "head", "PROJECT", "--json"};
}

void BadInputTest::projects() {
  QFETCH(QStringList, command);
  command.replaceInStrings("OUT", path("out"));
  QStringList missing = command;
  missing.replaceInStrings("PROJECT", path("none.portrait"));
  QCOMPARE(run_portrait(missing).code, 3);
  // A sound safetensors file that is no project.
  make_pack(path("pack"));
  QVERIFY(QFile::copy(path("pack/other.safetensors"), path("other.portrait")));
  QStringList other = command;
  other.replaceInStrings("PROJECT", path("other.portrait"));
  const RunResult result = run_portrait(other);
  QCOMPARE(result.code, 3);
  QVERIFY2(result.err.contains("other.portrait"), qPrintable(result.err));
  QVERIFY(!QFile::exists(path("out")));
}

}  // namespace portrait

QTEST_GUILESS_MAIN(portrait::BadInputTest)
#include "bad_input_test.moc"

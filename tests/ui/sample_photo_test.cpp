// SPDX-License-Identifier: Apache-2.0
// Where a program looks for its sample and its pack: in what was installed with it, wherever that
// was put, then in the tree that it was built in.
#include "ui/sample_photo.h"
#include "core/base/files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>

using namespace portrait;

class SamplePhotoTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { qunsetenv("PORTRAIT_SAMPLE"); }

  void an_installed_program_takes_what_came_with_it() {
    const QTemporaryDir folder;
    // Unpacked inside a source tree, which has resources of its own.
    const std::filesystem::path tree = folder.path().toStdString();
    const std::filesystem::path root = tree / "out" / "an artist's folder";
    add(tree / "resources/samples/a.png");
    add(tree / "resources/packs/compact/pack.json");
    add(root / "share/portrait-studio/samples/z.png");
    add(root / "share/portrait-studio/packs/compact/pack.json");
    QCOMPARE(find_sample_photo(root / "bin"), root / "share/portrait-studio/samples/z.png");
    QCOMPARE(find_shipped_pack(root / "bin"), root / "share/portrait-studio/packs/compact");
  }

  void a_program_in_its_build_folder_takes_the_sources() {
    const QTemporaryDir folder;
    const std::filesystem::path tree = folder.path().toStdString();
    add(tree / "resources/samples/b.jpg");
    add(tree / "resources/samples/a.txt");
    add(tree / "resources/packs/compact/pack.json");
    const std::filesystem::path bin = tree / "build/release/bin";
    QCOMPARE(find_sample_photo(bin), tree / "resources/samples/b.jpg");
    QCOMPARE(find_shipped_pack(bin), tree / "resources/packs/compact");
  }

  void the_environment_comes_first() {
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    add(root / "share/portrait-studio/samples/z.png");
    add(root / "mine.png");
    qputenv("PORTRAIT_SAMPLE", (root / "mine.png").c_str());
    QCOMPARE(find_sample_photo(root / "bin"), root / "mine.png");
    qputenv("PORTRAIT_SAMPLE", (root / "missing.png").c_str());
    QCOMPARE(find_sample_photo(root / "bin"), root / "share/portrait-studio/samples/z.png");
  }

  void without_a_pack_there_is_none() {
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    std::filesystem::create_directories(root / "share/portrait-studio/packs/compact");
    QVERIFY(find_shipped_pack(root / "bin").empty());
  }

 private:
  static void add(const std::filesystem::path& path) {
    std::filesystem::create_directories(path.parent_path());
    write_text_file(path, "x");
  }
};

QTEST_GUILESS_MAIN(SamplePhotoTest)
#include "sample_photo_test.moc"

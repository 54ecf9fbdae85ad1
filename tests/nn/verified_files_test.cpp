// SPDX-License-Identifier: Apache-2.0
// Files are of zeros that take no room on the disk.
#include "core/nn/verified_files.h"

#include "core/base/files.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

#include <cstdlib>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>

using namespace portrait;
namespace fs = std::filesystem;
using nlohmann::json;

class VerifiedFilesTest : public QObject {
  Q_OBJECT
  QTemporaryDir temporary_;
  fs::path file_;
  fs::path memory_;

  void write(char content) {
    std::ofstream(file_, std::ios::binary) << content;
    fs::resize_file(file_, kLeastRemembered);
  }

  // As if it had been written a while ago; the time of the change of its inode cannot be set.
  static void wait_until_old() { QTest::qWait(1100); }

  json memory() const {
    return fs::exists(memory_) ? json::parse(read_text_file(memory_)) : json::object();
  }

  // Puts another hash into what is remembered of the file, to tell where an answer came from.
  void plant(const std::string& sha256) {
    json changed = memory();
    changed[file_.string()]["sha256"] = sha256;
    write_text_file(memory_, changed.dump());
  }

 private Q_SLOTS:
  void init() {
    static int number = 0;
    const fs::path root = fs::path(temporary_.path().toStdString()) / std::to_string(number++);
    fs::create_directories(root);
    file_ = fs::canonical(root) / "weights.safetensors";
    ::setenv("XDG_CACHE_HOME", (root / "cache").c_str(), 1);
    memory_ = root / "cache" / "portrait-studio" / "verified_files.json";
  }

  void an_unchanged_file_is_not_read_again() {
    write('a');
    const std::string truth = sha256_file(file_);
    wait_until_old();
    QCOMPARE(verified_sha256(file_), truth);
    QCOMPARE(memory().at(file_.string()).at("sha256").get<std::string>(), truth);
    plant("planted");
    QCOMPARE(verified_sha256(file_), std::string("planted"));
    const fs::path link = file_.parent_path() / "link";
    fs::create_symlink(file_, link);
    QCOMPARE(verified_sha256(link), std::string("planted"));
    // Asked to, it reads whatever it remembers, and remembers what it read.
    QCOMPARE(verified_sha256(file_, Hashing::kAnew), truth);
    QCOMPARE(verified_sha256(file_), truth);
  }

  void a_changed_file_is_read_again_data() {
    QTest::addColumn<int>("change");
    QTest::newRow("content of the same size and time") << 0;
    QTest::newRow("time") << 1;
    QTest::newRow("another file in its place") << 2;
    QTest::newRow("size") << 3;
  }

  void a_changed_file_is_read_again() {
    QFETCH(const int, change);
    write('a');
    wait_until_old();
    verified_sha256(file_);
    plant("planted");
    QCOMPARE(verified_sha256(file_), std::string("planted"));
    struct stat before {};
    QCOMPARE(::stat(file_.c_str(), &before), 0);
    const timespec times[2] = {before.st_atim, before.st_mtim};
    if (change == 0) write('b');
    if (change == 1) fs::last_write_time(file_, fs::file_time_type::clock::now());
    if (change == 2) {
      fs::copy_file(file_, file_.string() + ".other");
      fs::rename(file_.string() + ".other", file_);
    }
    if (change == 3) fs::resize_file(file_, kLeastRemembered + 1);
    if (change != 1) QCOMPARE(::utimensat(AT_FDCWD, file_.c_str(), times, 0), 0);
    QCOMPARE(verified_sha256(file_), sha256_file(file_));
  }

  // A change within the same tick of the clock would not show.
  void young_and_small_files_are_not_remembered() {
    write('a');
    verified_sha256(file_);
    remember_sha256(file_, "told");
    QVERIFY(memory().empty());
    fs::resize_file(file_, kLeastRemembered - 1);
    wait_until_old();
    verified_sha256(file_);
    remember_sha256(file_, "told");
    QVERIFY(memory().empty());
  }

  void what_was_hashed_on_the_way_is_remembered() {
    write('a');
    wait_until_old();
    remember_sha256(file_, "told");
    QCOMPARE(verified_sha256(file_), std::string("told"));
  }

  void a_broken_memory_is_none() {
    write('a');
    wait_until_old();
    const std::string truth = sha256_file(file_);
    fs::create_directories(memory_.parent_path());
    const std::string path = json(file_.string()).dump();
    for (const std::string& text :
         {std::string("{"), std::string("[]"), std::string("\xff"), std::string(),
          "{" + path + ": 1}", "{" + path + R"(: {"marks": [], "sha256": "x"}})"}) {
      write_text_file(memory_, text);
      QCOMPARE(verified_sha256(file_), truth);
      QCOMPARE(memory().at(file_.string()).at("sha256").get<std::string>(), truth);
    }
    // A place that cannot be written to costs time alone.
    fs::remove_all(memory_.parent_path().parent_path());
    write_text_file(memory_.parent_path().parent_path(), "in the way");
    QCOMPARE(verified_sha256(file_), truth);
    ::setenv("XDG_CACHE_HOME", "", 1);
    ::setenv("HOME", "", 1);
    QCOMPARE(verified_sha256(file_), truth);
  }

  void files_that_are_gone_are_forgotten() {
    write('a');
    wait_until_old();
    verified_sha256(file_);
    const fs::path other = file_.parent_path() / "other";
    fs::rename(file_, other);
    wait_until_old();
    verified_sha256(other);
    QCOMPARE(memory().size(), std::size_t{1});
  }
};

QTEST_GUILESS_MAIN(VerifiedFilesTest)
#include "verified_files_test.moc"

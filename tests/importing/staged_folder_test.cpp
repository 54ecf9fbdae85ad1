// SPDX-License-Identifier: Apache-2.0
#include "core/importing/staged_folder.h"

#include "core/base/error.h"
#include "core/base/files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace portrait;
namespace fs = std::filesystem;

class StagedFolderTest : public QObject {
  Q_OBJECT
  QTemporaryDir temporary_;
  fs::path root_;
  fs::path target_;

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(root_)) {
      all.push_back(entry.path().filename().string());
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  // A process that fills a staged folder and is killed.
  void be_killed() const {
    const pid_t child = ::fork();
    if (child == 0) {
      const StagedFolder staged(target_);
      write_text_file(staged.path() / "half", "half");
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFSIGNALED(status)) qFatal("the child was not killed");
  }

 private Q_SLOTS:
  void init() {
    static int number = 0;
    root_ = fs::canonical(temporary_.path().toStdString()) / std::to_string(number++);
    target_ = root_ / "pack";
    fs::create_directories(root_);
  }

  void nothing_is_seen_before_it_is_committed() {
    {
      StagedFolder staged(target_);
      write_text_file(staged.path() / "a", "1");
      QVERIFY(!fs::exists(target_));
      staged.commit();
      QCOMPARE(read_text_file(target_ / "a"), std::string("1"));
    }
    QCOMPARE(names(), std::vector<std::string>{"pack"});
    { const StagedFolder dropped(root_ / "other"); }
    QCOMPARE(names(), std::vector<std::string>{"pack"});
  }

  void a_replaced_folder_is_whole_until_then_and_gone_after() {
    fs::create_directories(target_);
    write_text_file(target_ / "old", "1");
    {
      StagedFolder staged(target_.string() + "/");
      write_text_file(staged.path() / "new", "2");
      QVERIFY_THROWS_EXCEPTION(Error, staged.commit());  // not over what is there
      QVERIFY(fs::exists(target_ / "old"));
      staged.replace();
      QVERIFY(fs::exists(target_ / "new") && !fs::exists(target_ / "old"));
    }
    QCOMPARE(names(), std::vector<std::string>{"pack"});
  }

  void what_a_killed_process_left_is_removed_by_the_next() {
    be_killed();
    QCOMPARE(names().size(), std::size_t{1});
    be_killed();
    QCOMPARE(names().size(), std::size_t{1});
    StagedFolder(target_).commit();
    QCOMPARE(names(), std::vector<std::string>{"pack"});
  }

  void one_that_is_at_work_is_left_alone() {
    const StagedFolder first(target_);
    write_text_file(first.path() / "a", "1");
    { const StagedFolder second(target_); }
    QVERIFY(fs::exists(first.path() / "a"));
    { const StagedFolder other(root_ / "pac"); }
    QVERIFY(fs::exists(first.path() / "a"));
  }
};

QTEST_GUILESS_MAIN(StagedFolderTest)
#include "staged_folder_test.moc"

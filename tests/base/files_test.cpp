// SPDX-License-Identifier: Apache-2.0
#include "core/base/files.h"
#include "core/base/error.h"

#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <fstream>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::kInternal, "no error was thrown");
}

std::size_t entries(const fs::path& folder) {
  return std::size_t(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Runs a call in a child that has given up root, and returns whether it ended as expected.
template <typename Call>
bool unprivileged(Call call) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool dropped = ::getuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0);
    ::_exit(dropped && call() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

class FilesTest : public QObject {
  Q_OBJECT
  QTemporaryDir temporary_;
  fs::path folder_;

 private Q_SLOTS:
  void init() {
    folder_ = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
    fs::create_directories(folder_);
  }

  void what_is_written_is_read() {
    std::string text = "two\nlines\r\n";
    text.push_back('\0');
    write_text_file(folder_ / "a.txt", text);
    QCOMPARE(read_text_file(folder_ / "a.txt"), text);
    write_text_file(folder_ / "a.txt", "");
    QCOMPARE(read_text_file(folder_ / "a.txt"), std::string());
    QCOMPARE(entries(folder_), std::size_t{1});
  }

  void a_missing_file_is_named() {
    const auto error = error_of([&] { read_text_file(folder_ / "none.txt"); });
    QCOMPARE(error.code(), ErrorCode::kNotFound);
    QVERIFY(error.message().find("none.txt") != std::string::npos);
  }

  void a_folder_is_not_a_file() {
    QCOMPARE(error_of([&] { read_text_file(folder_); }).code(), ErrorCode::kIo);
  }

  void a_writer_that_throws_leaves_what_was_there() {
    write_text_file(folder_ / "head.glb", "old");
    fs::path used;
    QVERIFY_THROWS_EXCEPTION(std::runtime_error,
                             write_beside(folder_ / "head.glb", [&](const fs::path& path) {
                               used = path;
                               std::ofstream(path) << "half";
                               throw std::runtime_error("stopped");
                             }));
    QCOMPARE(used.extension(), fs::path(".glb"));
    QCOMPARE(used.parent_path(), folder_);
    QCOMPARE(read_text_file(folder_ / "head.glb"), std::string("old"));
    QCOMPARE(entries(folder_), std::size_t{1});
  }

  // Two threads of one process that write the same file must not share a temporary.
  void temporaries_differ() {
    fs::path outer;
    fs::path inner;
    write_beside(folder_ / "a", [&](const fs::path& path) {
      outer = path;
      std::ofstream(path) << "outer";
      write_beside(folder_ / "a", [&](const fs::path& other) {
        inner = other;
        std::ofstream(other) << "inner";
      });
    });
    QVERIFY(outer != inner);
    QCOMPARE(read_text_file(folder_ / "a"), std::string("outer"));
  }

  void a_writer_that_writes_nothing_is_an_error() {
    const auto error = error_of([&] { write_beside(folder_ / "a", [](const fs::path&) {}); });
    QCOMPARE(error.code(), ErrorCode::kIo);
  }

  void a_full_disk_leaves_what_was_there() {
    write_text_file(folder_ / "a", "old");
    const pid_t child = ::fork();
    if (child == 0) {
      // The limit sends SIGXFSZ; ignored, write() fails with EFBIG as a full disk does with ENOSPC.
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{1000, 1000};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      const auto error = error_of([&] { write_text_file(folder_ / "a", std::string(5000, 'x')); });
      const bool advised = error.message().find("free some space") != std::string::npos;
      ::_exit(error.code() == ErrorCode::kIo && advised ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    QCOMPARE(status, 0);
    QCOMPARE(read_text_file(folder_ / "a"), std::string("old"));
    QCOMPARE(entries(folder_), std::size_t{1});
  }

  void a_folder_that_is_not_writable_is_named() {
    write_text_file(folder_ / "a", "old");
    // Reachable by the child, whoever it is, but not writable.
    fs::permissions(temporary_.path().toStdString(), fs::perms(0755));
    fs::permissions(folder_, fs::perms(0555));
    QVERIFY(unprivileged([&] {
      const auto writing = error_of([&] { write_text_file(folder_ / "a", "new"); });
      const auto asking = error_of([&] { require_writable_folder(folder_); });
      const auto making = error_of([&] { require_writable_folder(folder_ / "below"); });
      return writing.code() == ErrorCode::kIo && asking.code() == ErrorCode::kIo &&
             making.code() == ErrorCode::kIo &&
             asking.message().find(folder_.string()) != std::string::npos;
    }));
    fs::permissions(folder_, fs::perms(0755));
    QCOMPARE(read_text_file(folder_ / "a"), std::string("old"));
    QCOMPARE(entries(folder_), std::size_t{1});
  }

  void a_writable_folder_is_made_and_left_empty() {
    require_writable_folder(folder_ / "deep" / "er");
    QVERIFY(fs::is_directory(folder_ / "deep" / "er"));
    QCOMPARE(entries(folder_ / "deep" / "er"), std::size_t{0});
    require_writable_folder(folder_ / "deep" / "er");
  }

  void a_file_in_the_way_of_a_folder_is_an_error() {
    write_text_file(folder_ / "a", "file");
    QCOMPARE(error_of([&] { require_writable_folder(folder_ / "a"); }).code(), ErrorCode::kIo);
    QCOMPARE(error_of([&] { write_text_file(folder_ / "no" / "such" / "a", "x"); }).code(),
             ErrorCode::kIo);
  }
};

QTEST_GUILESS_MAIN(FilesTest)
#include "files_test.moc"

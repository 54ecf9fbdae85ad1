// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDir>
#include <QFile>
#include <QMap>
#include <QProcess>
#include <QStringList>

#include <csignal>
#include <functional>

#include <sys/resource.h>
#include <unistd.h>

namespace portrait {

struct RunResult {
  int code = -1;
  QString out;
  QString err;
};

// For which kind of trouble the program is started.
enum class Trouble {
  kNone,
  kNoRights,  // as user nobody
  kFullDisk,  // no file may grow past 64 kB
};

inline void start_portrait(QProcess& process, const QStringList& arguments,
                           Trouble trouble = Trouble::kNone) {
  process.setProgram(QStringLiteral(PORTRAIT_BIN_DIR "/portrait"));
  process.setArguments(arguments);
  process.setChildProcessModifier([trouble] {
    if (trouble == Trouble::kNoRights && ::geteuid() == 0) {
      if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(99);
    } else if (trouble == Trouble::kFullDisk) {
      const rlimit limit{65536, 65536};
      if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(99);
    }
  });
  process.start();
}

inline RunResult run_portrait(const QStringList& arguments, Trouble trouble = Trouble::kNone,
                              int timeout_ms = 600000) {
  QProcess process;
  start_portrait(process, arguments, trouble);
  if (!process.waitForFinished(timeout_ms)) {
    process.kill();
    process.waitForFinished();
    return {-1, {}, QStringLiteral("the program did not end, or did not start")};
  }
  RunResult result;
  result.code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
  result.out = QString::fromUtf8(process.readAllStandardOutput());
  result.err = QString::fromUtf8(process.readAllStandardError());
  return result;
}

// Names and contents of all files of a folder, hidden ones too.
inline QMap<QString, QByteArray> contents_of(const QString& folder) {
  QMap<QString, QByteArray> contents;
  const auto names =
      QDir(folder).entryList(QDir::Files | QDir::Dirs | QDir::Hidden | QDir::NoDotAndDotDot);
  for (const QString& name : names) {
    QFile file(folder + QLatin1Char('/') + name);
    contents[name] = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("a folder");
  }
  return contents;
}

inline void write_bytes(const QString& path, const QByteArray& bytes) {
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
    qFatal("cannot write %s", qPrintable(path));
  }
}

// What an earlier run left; no later one that fails may touch it.
inline void write_earlier_outputs(const QString& folder) {
  QDir().mkpath(folder);
  for (const char* name :
       {"head.glb", "turntable.mp4", "contact_sheet.png", "project.portrait", "report.json"}) {
    write_bytes(folder + QLatin1Char('/') + QLatin1String(name), QByteArray("earlier ") + name);
  }
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "ui/recoveries.h"

#include "core/project/autosave.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace portrait {
namespace {

std::unique_ptr<QLockFile> lock_of(const std::filesystem::path& autosave) {
  auto lock = std::make_unique<QLockFile>(QString::fromStdString(autosave.string()) + ".lock");
  lock->setStaleLockTime(0);  // old is not stale: only the death of its program makes it that
  return lock;
}

}  // namespace

Recoveries::Recoveries(std::filesystem::path folder) : folder_(std::move(folder)) {}

QList<Recovery> Recoveries::find(const QStringList& projects) const {
  std::vector<std::filesystem::path> found;
  if (!folder_.empty()) found = recoveries_in(folder_);
  for (const QString& project : projects) {
    if (!project.endsWith(".portrait", Qt::CaseInsensitive)) continue;
    const auto newer = recovery_of(project.toStdString());
    if (newer && std::find(found.begin(), found.end(), *newer) == found.end()) {
      found.push_back(*newer);
    }
  }
  QList<Recovery> left;
  for (const auto& path : found) {
    if (!is_left_behind(path)) continue;
    const QString file = QString::fromStdString(path.string());
    left << Recovery{file, QString::fromStdString(autosaved_name(path)),
                     QFileInfo(file).lastModified()};
  }
  std::stable_sort(left.begin(), left.end(),
                   [](const Recovery& a, const Recovery& b) { return a.saved > b.saved; });
  return left;
}

void Recoveries::hold(const std::filesystem::path& autosave) {
  if (autosave == held_) return;
  held_ = autosave;
  lock_.reset();
  if (autosave.empty()) return;
  lock_ = lock_of(autosave);
  lock_->tryLock(0);
}

bool Recoveries::is_left_behind(const std::filesystem::path& autosave) {
  return lock_of(autosave)->tryLock(0);
}

bool Recoveries::discard(const QString& autosave) {
  return QFile::moveToTrash(autosave) || QFile::remove(autosave) || !QFile::exists(autosave);
}

}  // namespace portrait

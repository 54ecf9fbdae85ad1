// SPDX-License-Identifier: Apache-2.0
#include "ui/picture_watch.h"

#include <QFileInfo>

#include <algorithm>

namespace portrait {
namespace {

// A file that has not changed for so long is written to its end.
constexpr int kQuietMs = 300;

}  // namespace

PictureWatch::PictureWatch(QObject* parent) : QObject(parent) {
  timer_.setSingleShot(true);
  timer_.setInterval(kQuietMs);
  connect(&timer_, &QTimer::timeout, this, &PictureWatch::look);
  const auto wait = [this] { timer_.start(); };
  connect(&watcher_, &QFileSystemWatcher::fileChanged, this, wait);
  connect(&watcher_, &QFileSystemWatcher::directoryChanged, this, wait);
}

PictureWatch::State PictureWatch::state_of(const QString& path) {
  const QFileInfo file(path);
  if (!file.isFile()) return {};
  return {file.lastModified(), file.size()};
}

void PictureWatch::add(const QString& path, const Viewpoint& viewpoint) {
  const QString file = QFileInfo(path).absoluteFilePath();
  std::erase_if(watched_, [&](const Watched& one) { return one.path == file; });
  const State now = state_of(file);
  watched_.push_back({file, viewpoint, now, now});
  follow(file);
}

void PictureWatch::remove(const Viewpoint& viewpoint) {
  std::erase_if(watched_, [&](const Watched& one) { return one.viewpoint == viewpoint; });
}

void PictureWatch::clear() {
  watched_.clear();
  const QStringList all = watcher_.files() + watcher_.directories();
  if (!all.isEmpty()) watcher_.removePaths(all);
}

bool PictureWatch::watches(const QString& path) const {
  const QString file = QFileInfo(path).absoluteFilePath();
  return std::any_of(watched_.begin(), watched_.end(),
                     [&](const Watched& one) { return one.path == file; });
}

// The file, for what is written in its place; its folder, for what is renamed to it.
void PictureWatch::follow(const QString& path) {
  const QString folder = QFileInfo(path).absolutePath();
  if (!watcher_.directories().contains(folder)) watcher_.addPath(folder);
  if (!watcher_.files().contains(path) && QFileInfo::exists(path)) watcher_.addPath(path);
}

void PictureWatch::look() {
  bool unsettled = false;
  const std::vector<Watched> before = watched_;  // who hears of one may change the list
  for (const Watched& copy : before) {
    const auto found = std::find_if(watched_.begin(), watched_.end(),
                                    [&](const Watched& one) { return one.path == copy.path; });
    if (found == watched_.end()) continue;
    const State now = state_of(found->path);
    if (now == found->known || now.bytes <= 0) continue;  // removed: another one may come
    follow(found->path);                                  // it may be another file than before
    if (now != found->last_seen) {
      found->last_seen = now;
      unsettled = true;
      continue;
    }
    found->known = now;
    Q_EMIT saved(copy.path, copy.viewpoint);
  }
  if (unsettled) timer_.start();
}

}  // namespace portrait

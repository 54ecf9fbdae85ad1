// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"

#include <QDateTime>
#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

#include <vector>

namespace portrait {

// Notices when a paint program has saved a picture of a viewpoint: in its place, or beside it and
// renamed. What is still being written is waited for.
class PictureWatch : public QObject {
  Q_OBJECT

 public:
  explicit PictureWatch(QObject* parent = nullptr);
  // From now on; as it stands it is known.
  void add(const QString& path, const Viewpoint& viewpoint);
  void remove(const Viewpoint& viewpoint);
  void clear();
  bool watches(const QString& path) const;

 Q_SIGNALS:
  void saved(const QString& path, const portrait::Viewpoint& viewpoint);

 private:
  struct State {
    QDateTime modified;
    qint64 bytes = -1;  // -1: there is no such file
    bool operator==(const State&) const = default;
  };
  struct Watched {
    QString path;
    Viewpoint viewpoint;
    State known, last_seen;
  };
  static State state_of(const QString& path);
  void look();
  void follow(const QString& path);

  QFileSystemWatcher watcher_;
  QTimer timer_;
  std::vector<Watched> watched_;
};

}  // namespace portrait

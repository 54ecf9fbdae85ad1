// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "ui/picture_watch.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>

class QWidget;

namespace portrait {

class Session;
struct PhotoInfo;
struct Snapshot;

// Pictures of viewpoints on their way out of the window and back: asked for, exported, watched
// while the artist paints on them, and locked.
class ArtDirection : public QObject {
  Q_OBJECT

 public:
  ArtDirection(Session& session, QWidget* window);
  void show_snapshot(const std::shared_ptr<const Snapshot>& snapshot);

  // Which viewpoint a picture is of, by its text keys or its name.
  static std::optional<Viewpoint> viewpoint_of(const QString& path);

  // These ask for a file.
  void export_picture(const Viewpoint& viewpoint);
  void bring_back(const Viewpoint& viewpoint);
  void export_to(const QString& path, const Viewpoint& viewpoint);
  // To the viewpoint that the picture itself names, else to that one.
  void bring_back_from(const QString& path, const Viewpoint& viewpoint);
  void unlock(const Viewpoint& viewpoint);
  // A file that was dropped: whether it is a picture of a viewpoint of this head's ring. Then it is
  // brought back.
  bool take_dropped(const QString& path);
  PictureWatch& watch() { return watch_; }

 Q_SIGNALS:
  void said(const QString& text);

 private:
  QString folder() const;
  void lock(const QString& path, const Viewpoint& viewpoint);
  void say_what_changed(const Snapshot& before);

  Session& session_;
  QWidget* window_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<const PhotoInfo> photo_;  // of the head that the files belong to
  QString folder_;                          // where the last file was
  PictureWatch watch_;
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>
#include <QObject>
#include <QThreadPool>

namespace portrait {

// Writes pictures of the viewport as NAME 001.png and on. Compressing one takes longer than the
// window may stand still, so it is done beside it, one after the other.
class StillWriter : public QObject {
  Q_OBJECT

 public:
  explicit StillWriter(QObject* parent = nullptr);
  ~StillWriter() override;  // after the last one is written
  void set_folder(const QString& folder) { folder_ = folder; }
  const QString& folder() const { return folder_; }
  void write(const QImage& picture, const QString& name);

 Q_SIGNALS:
  void written(const QString& path);
  void failed(const QString& why);

 private:
  QThreadPool pool_;
  QString folder_;
};

}  // namespace portrait

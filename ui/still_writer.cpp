// SPDX-License-Identifier: Apache-2.0
#include "ui/still_writer.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <QStandardPaths>

namespace portrait {
namespace {

QString free_path(const QString& folder, const QString& name) {
  for (int number = 1;; ++number) {
    const QString path = QString("%1/%2 %3.png").arg(folder, name).arg(number, 3, 10, QChar('0'));
    if (!QFile::exists(path)) return path;
  }
}

}  // namespace

StillWriter::StillWriter(QObject* parent)
    : QObject(parent),
      folder_(QStandardPaths::writableLocation(QStandardPaths::PicturesLocation) +
              "/Portrait Studio") {
  pool_.setMaxThreadCount(1);
}

StillWriter::~StillWriter() {
  pool_.waitForDone();
}

void StillWriter::write(const QImage& picture, const QString& name) {
  pool_.start([this, picture, name, folder = folder_] {
    if (!QDir().mkpath(folder)) {
      Q_EMIT failed(tr("The folder '%1' cannot be made.").arg(folder));
      return;
    }
    const QString path = free_path(folder, name);
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && picture.save(&file, "PNG") && file.commit()) {
      Q_EMIT written(path);
    } else {
      Q_EMIT failed(tr("The still cannot be written to '%1': %2").arg(path, file.errorString()));
    }
  });
}

}  // namespace portrait

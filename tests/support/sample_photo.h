// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDir>
#include <QFile>
#include <QString>

namespace portrait {

// The sample that ships; else the one that `./studio` takes from a package of the distribution.
inline QString sample_photo() {
  const QDir samples(QStringLiteral(PORTRAIT_SOURCE_DIR "/resources/samples"));
  const auto names = samples.entryList({"*.png", "*.jpg", "*.webp"}, QDir::Files);
  if (!names.isEmpty()) return samples.filePath(names.first());
  const QString packaged = "/usr/lib/python3/dist-packages/imageio/resources/images/astronaut.png";
  return QFile::exists(packaged) ? packaged : qEnvironmentVariable("PORTRAIT_SAMPLE");
}

}  // namespace portrait

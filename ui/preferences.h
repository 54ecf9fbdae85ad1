// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/appearance.h"

#include <QByteArray>
#include <QHash>
#include <QStringList>
#include <QVariant>

#include <filesystem>
#include <memory>

class QSettings;

namespace portrait {

// What the window remembers from one start to the next, in an ini file. Without a file it is
// forgotten at the end.
class Preferences {
 public:
  static constexpr int kMostRecent = 10;

  explicit Preferences(const std::filesystem::path& file = {});
  ~Preferences();

  // Nothing had been remembered when the program started.
  bool first_start() const { return first_start_; }

  QByteArray geometry() const;
  void set_geometry(const QByteArray& geometry);
  Appearance appearance() const;
  void set_appearance(Appearance appearance);
  QString language() const;  // "de"; empty: as the system
  void set_language(const QString& code);
  QString export_folder() const;  // empty: none chosen yet
  void set_export_folder(const QString& folder);
  int display_mode() const;
  void set_display_mode(int mode);

  // Photos and projects that opened well, newest first; those that are still there.
  QStringList recent_files() const;
  void remember_file(const QString& path);
  void forget_files();

 private:
  QVariant value(const QString& key, const QVariant& fallback = {}) const;
  void set_value(const QString& key, const QVariant& value);

  std::unique_ptr<QSettings> store_;
  QHash<QString, QVariant> held_;  // without a file
  bool first_start_ = false;
};

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "ui/preferences.h"

#include <QFileInfo>
#include <QSettings>

namespace portrait {
namespace {

constexpr const char* kGeometry = "window/geometry";
constexpr const char* kAppearance = "window/appearance";
constexpr const char* kLanguage = "window/language";
constexpr const char* kExportFolder = "export/folder";
constexpr const char* kDisplayMode = "view/mode";
constexpr const char* kRecent = "files/recent";

}  // namespace

Preferences::Preferences(const std::filesystem::path& file) {
  if (file.empty()) return;
  store_ = std::make_unique<QSettings>(QString::fromStdString(file.string()), QSettings::IniFormat);
  first_start_ = store_->allKeys().isEmpty();
}

Preferences::~Preferences() = default;

QVariant Preferences::value(const QString& key, const QVariant& fallback) const {
  return store_ ? store_->value(key, fallback) : held_.value(key, fallback);
}

void Preferences::set_value(const QString& key, const QVariant& value) {
  if (store_) {
    store_->setValue(key, value);
  } else {
    held_[key] = value;
  }
}

QByteArray Preferences::geometry() const {
  return value(kGeometry).toByteArray();
}
void Preferences::set_geometry(const QByteArray& geometry) {
  set_value(kGeometry, geometry);
}

Appearance Preferences::appearance() const {
  return appearance_of(value(kAppearance).toString()).value_or(Appearance::kDark);
}
void Preferences::set_appearance(Appearance appearance) {
  set_value(kAppearance, appearance_name(appearance));
}

QString Preferences::language() const {
  return value(kLanguage).toString();
}
void Preferences::set_language(const QString& code) {
  set_value(kLanguage, code);
}

QString Preferences::export_folder() const {
  return value(kExportFolder).toString();
}
void Preferences::set_export_folder(const QString& folder) {
  set_value(kExportFolder, folder);
}

int Preferences::display_mode() const {
  return value(kDisplayMode, 0).toInt();
}
void Preferences::set_display_mode(int mode) {
  set_value(kDisplayMode, mode);
}

QStringList Preferences::recent_files() const {
  QStringList there;
  for (const QString& path : value(kRecent).toStringList()) {
    if (QFileInfo(path).isFile()) there << path;
  }
  return there;
}

void Preferences::remember_file(const QString& path) {
  QStringList files = recent_files();
  const QString absolute = QFileInfo(path).absoluteFilePath();
  files.removeAll(absolute);
  files.prepend(absolute);
  set_value(kRecent, QStringList(files.mid(0, kMostRecent)));
  // At once: what was open when a session did not end well is looked for here.
  if (store_) store_->sync();
}

void Preferences::forget_files() {
  set_value(kRecent, QStringList());
}

}  // namespace portrait

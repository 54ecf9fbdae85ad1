// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QString>

#include <optional>

class QDBusVariant;
class QPalette;

namespace portrait {

enum class Appearance { kDark, kLight, kSystem };

QString appearance_name(Appearance appearance);  // "dark", "light", "system"; fixed
std::optional<Appearance> appearance_of(const QString& name);

// Whether a palette is one of light text on dark.
bool is_dark(const QPalette& palette);

// Keeps the theme in force what was asked for, and follows the desktop where that was asked for:
// by the desktop portal's colour scheme, by the palette that the program started with elsewhere.
class AppearanceSwitch : public QObject {
  Q_OBJECT

 public:
  explicit AppearanceSwitch(QObject* parent = nullptr);
  void set(Appearance appearance);
  Appearance appearance() const { return appearance_; }

 private Q_SLOTS:
  void on_portal_changed(const QString& space, const QString& key, const QDBusVariant& value);

 private:
  void ask_portal();
  void take_scheme(uint scheme);
  void apply();

  Appearance appearance_ = Appearance::kDark;
  bool system_dark_;
  bool portal_asked_ = false;
};

}  // namespace portrait

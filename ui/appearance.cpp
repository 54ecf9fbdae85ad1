// SPDX-License-Identifier: Apache-2.0
#include "ui/appearance.h"

#include "ui/theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFileInfo>
#include <QPalette>
#include <QStyle>

namespace portrait {
namespace {

constexpr const char* kPortal = "org.freedesktop.portal.Desktop";
constexpr const char* kPortalPath = "/org/freedesktop/portal/desktop";
constexpr const char* kPortalSettings = "org.freedesktop.portal.Settings";
constexpr const char* kSpace = "org.freedesktop.appearance";
constexpr const char* kKey = "color-scheme";

// Asking for a session bus where there is none would start one.
bool has_session_bus() {
  return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS") ||
         QFileInfo::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + "/bus");
}

}  // namespace

QString appearance_name(Appearance appearance) {
  switch (appearance) {
    case Appearance::kDark:
      return QStringLiteral("dark");
    case Appearance::kLight:
      return QStringLiteral("light");
    case Appearance::kSystem:
      return QStringLiteral("system");
  }
  return {};
}

std::optional<Appearance> appearance_of(const QString& name) {
  for (Appearance appearance : {Appearance::kDark, Appearance::kLight, Appearance::kSystem}) {
    if (name == appearance_name(appearance)) return appearance;
  }
  return std::nullopt;
}

bool is_dark(const QPalette& palette) {
  return palette.color(QPalette::WindowText).lightnessF() >
         palette.color(QPalette::Window).lightnessF();
}

AppearanceSwitch::AppearanceSwitch(QObject* parent)
    : QObject(parent), system_dark_(is_dark(QApplication::style()->standardPalette())) {}

void AppearanceSwitch::set(Appearance appearance) {
  appearance_ = appearance;
  if (appearance == Appearance::kSystem && !portal_asked_) ask_portal();
  apply();
}

void AppearanceSwitch::apply() {
  const bool dark =
      appearance_ == Appearance::kSystem ? system_dark_ : appearance_ == Appearance::kDark;
  switch_theme(*qApp, dark ? dark_theme() : light_theme());
}

// The answer comes when it comes; nobody waits for it.
void AppearanceSwitch::ask_portal() {
  portal_asked_ = true;
  if (!has_session_bus()) return;
  QDBusConnection bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return;
  bus.connect(kPortal, kPortalPath, kPortalSettings, "SettingChanged", this,
              SLOT(on_portal_changed(QString, QString, QDBusVariant)));
  QDBusMessage read = QDBusMessage::createMethodCall(kPortal, kPortalPath, kPortalSettings, "Read");
  read << QString(kSpace) << QString(kKey);
  auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(read), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
    const QDBusPendingReply<QDBusVariant> reply = *watcher;
    watcher->deleteLater();
    if (reply.isError()) return;
    // Portals answer with a variant in a variant.
    QVariant value = reply.value().variant();
    if (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
    take_scheme(value.toUInt());
  });
}

void AppearanceSwitch::on_portal_changed(const QString& space, const QString& key,
                                         const QDBusVariant& value) {
  if (space == kSpace && key == kKey) take_scheme(value.variant().toUInt());
}

// 0 no preference, 1 dark, 2 light.
void AppearanceSwitch::take_scheme(uint scheme) {
  if (scheme == 1 || scheme == 2) system_dark_ = scheme == 1;
  apply();
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#include "ui/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>

#include <cstring>

namespace portrait {
namespace {

constexpr const char* kNamespace = "portrait::";

bool is_ours(const QString& code) {
  for (const Language& language : languages()) {
    if (language.code == code) return true;
  }
  return false;
}

}  // namespace

QList<Language> languages() {
  return {{"en", "English"}, {"de", "Deutsch"}};
}

QString language_for(const QString& chosen) {
  if (is_ours(chosen)) return chosen;
  for (const QString& wanted : QLocale::system().uiLanguages()) {
    const QString code = wanted.section('-', 0, 0).section('_', 0, 0).toLower();
    if (is_ours(code)) return code;
  }
  return "en";
}

Translation::Translation(const QString& code, QObject* parent) : QTranslator(parent) {
  if (code != "en") (void)load(":/i18n/portrait_" + code + ".qm");
}

QString Translation::translate(const char* context, const char* source, const char* disambiguation,
                               int n) const {
  QString text = QTranslator::translate(context, source, disambiguation, n);
  if (!text.isEmpty()) return text;
  const std::size_t length = std::strlen(kNamespace);
  const bool inside = std::strncmp(context, kNamespace, length) == 0;
  const QByteArray other = inside ? QByteArray(context + length) : QByteArray(kNamespace) + context;
  text = QTranslator::translate(other.constData(), source, disambiguation, n);
  if (!text.isEmpty()) return text;
  return QTranslator::translate("portrait", source, disambiguation, n);
}

void install_language(QCoreApplication& application, const QString& code) {
  if (code == "en") return;
  auto* qt = new QTranslator(&application);
  if (qt->load("qtbase_" + code, QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
    QCoreApplication::installTranslator(qt);
  }
  QCoreApplication::installTranslator(new Translation(code, &application));
}

}  // namespace portrait

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>
#include <QTranslator>

class QCoreApplication;

namespace portrait {

struct Language {
  QString code;  // "de"; of the file portrait_de.ts
  QString name;  // in itself: "Deutsch"
};

// English, in which the program is written, and those that it has been translated to.
QList<Language> languages();

// The language that a choice means: itself, or, where it is empty or none of ours, the first of
// ours that the system asks for; English when it asks for none of them.
QString language_for(const QString& chosen);

// A translation out of the program's resources. Contexts are found with and without our namespace:
// texts that are marked where they stand are not in a class.
class Translation : public QTranslator {
 public:
  // Nothing is loaded of English, nor of a language that there is no file of.
  explicit Translation(const QString& code, QObject* parent = nullptr);
  QString translate(const char* context, const char* source, const char* disambiguation = nullptr,
                    int n = -1) const override;
};

// Once, before the first widget: what was made before stays as it is. Qt's own texts (of its
// dialogs) are translated where Qt's translations are installed.
void install_language(QCoreApplication& application, const QString& code);

}  // namespace portrait

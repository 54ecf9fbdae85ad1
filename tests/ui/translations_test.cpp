// SPDX-License-Identifier: Apache-2.0
// The German window: every text of the sources has its German, all of it is used, and it fits.
// PORTRAIT_UPDATE_DOCS=1 writes the list of the texts of core/; a text that has no German yet is
// named by every_text_is_german().
#include "core/session/session.h"
#include "tests/ui/bust_engine.h"
#include "tests/ui/core_strings.h"
#include "ui/cutout_dialog.h"
#include "ui/language.h"
#include "ui/main_window.h"
#include "ui/panels/panel_parts.h"
#include "ui/panels/photo_panel.h"
#include "ui/panels/stages_panel.h"
#include "ui/photo_editor.h"
#include "ui/theme.h"
#include "ui/translated.h"
#include "ui/widgets/banner.h"

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QMenuBar>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

using namespace portrait;

namespace {

constexpr int kWait = 60000;
const QString kSource = PORTRAIT_SOURCE_DIR;
const QString kGerman = kSource + "/resources/translations/portrait_de.ts";
const QString kCoreStrings = kSource + "/resources/translations/core_strings.cpp";

struct Message {
  QString context;
  QString source;
  QString translation;
  QString type;  // "unfinished", "vanished", "obsolete"; empty: in force
};

QList<Message> messages_of(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return {};
  QList<Message> messages;
  QString context;
  QXmlStreamReader xml(&file);
  while (!xml.atEnd()) {
    if (xml.readNext() != QXmlStreamReader::StartElement) continue;
    if (xml.name() == QLatin1String("name")) context = xml.readElementText();
    if (xml.name() == QLatin1String("source"))
      messages << Message{context, xml.readElementText(), {}, {}};
    if (xml.name() == QLatin1String("translation")) {
      messages.back().type = xml.attributes().value("type").toString();
      messages.back().translation = xml.readElementText();
    }
  }
  return messages;
}

QStringList places_of(const QString& text) {
  QStringList places;
  auto found = QRegularExpression("%\\d").globalMatch(text);
  while (found.hasNext()) places << found.next().captured();
  places.removeDuplicates();
  places.sort();
  return places;
}

// Texts that are wider than their widgets.
QStringList cut_off(const QWidget& window) {
  QStringList cut;
  for (const QWidget* widget : window.findChildren<QWidget*>()) {
    if (!widget->isVisible()) continue;
    QString text;
    int wanted = 0;
    if (const auto* label = qobject_cast<const QLabel*>(widget)) {
      if (qobject_cast<const ElidedLabel*>(label) != nullptr || label->wordWrap()) continue;
      text = label->text();
      wanted = label->sizeHint().width();
    } else if (const auto* button = qobject_cast<const QAbstractButton*>(widget)) {
      text = button->text();
      wanted = button->minimumSizeHint().width();
      const int letters = button->fontMetrics().horizontalAdvance(QString(text).remove('&'));
      wanted = std::min(wanted, letters + 8);
    }
    if (!text.isEmpty() && wanted > widget->width() + 1) {
      cut << QString("'%1' needs %2 of %3 px").arg(text).arg(wanted).arg(widget->width());
    }
  }
  return cut;
}

// Chips on the viewport that lie over each other or beyond its edge.
QStringList collisions(Viewport& viewport) {
  QList<QWidget*> chips;
  for (QWidget* widget : viewport.findChildren<QWidget*>(Qt::FindDirectChildrenOnly)) {
    const bool chip = widget->objectName() == "chip" || widget->objectName() == "chipLabel" ||
                      widget->property("chip").toBool();
    if (chip && widget->isVisible()) chips << widget;
  }
  QStringList found;
  if (chips.size() < 2) found << "there are no chips";
  for (qsizetype i = 0; i < chips.size(); ++i) {
    if (!viewport.rect().contains(chips[i]->geometry())) found << "beyond the edge";
    for (qsizetype j = 0; j < i; ++j) {
      if (chips[i]->geometry().intersects(chips[j]->geometry())) found << "over each other";
    }
  }
  return found;
}

struct Studio {
  std::shared_ptr<BustScript> script = std::make_shared<BustScript>();
  std::unique_ptr<MainWindow> window;

  explicit Studio(const QString& preferences = {}) {
    WindowOptions options;
    options.canvas = CanvasKind::kSoftware;
    options.ask_before_losing = false;
    options.preferences = preferences.toStdString();
    auto session = std::make_unique<Session>(
        SessionOptions{},
        [script = script](const SessionOptions&) { return std::make_unique<BustEngine>(script); });
    window = std::make_unique<MainWindow>(std::move(session), options);
    window->resize(1280, 800);
    window->show();
  }
  void keep(const char* name) {
    const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    window->grab().save(folder + "/" + name + ".png");
  }
};

}  // namespace

class TranslationsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    QImage image(256, 256, QImage::Format_RGB32);
    image.fill(qRgb(90, 100, 110));
    QVERIFY(image.save(photo()));
  }

  void list_of_core_texts_is_up_to_date() {
    const QByteArray source = QByteArray::fromStdString(core_strings_source());
    QFile file(kCoreStrings);
    if (qEnvironmentVariableIsSet("PORTRAIT_UPDATE_DOCS")) {
      QVERIFY(file.open(QIODevice::WriteOnly));
      QCOMPARE(file.write(source), source.size());
      return;
    }
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY2(file.readAll() == source,
             "resources/translations/core_strings.cpp is not what core/ says now: run this test "
             "with PORTRAIT_UPDATE_DOCS=1, then build the target update_translations");
  }

  // What lupdate finds in the sources now, against the file of translations.
  void every_text_is_german() {
    const QString lupdate = PORTRAIT_LUPDATE;
    if (!QFile::exists(lupdate)) QSKIP("lupdate is not here (qt6-l10n-tools)");
    const QString copy = folder_.filePath("portrait_de.ts");
    QVERIFY(QFile::copy(kGerman, copy));
    QProcess process;
    process.setWorkingDirectory(kSource);
    process.start(lupdate, {"-I", ".", "-locations", "none", "ui", "app/studio",
                            "resources/translations/core_strings.cpp", "-ts", copy});
    QVERIFY(process.waitForFinished(120000) && process.exitCode() == 0);
    const QList<Message> messages = messages_of(copy);
    QVERIFY(messages.size() > 400);
    QStringList missing;
    QStringList gone;
    for (const Message& message : messages) {
      const QString name = message.context + ": " + message.source;
      if (message.type == "vanished" || message.type == "obsolete") {
        gone << name;
      } else if (!message.type.isEmpty() || message.translation.isEmpty()) {
        missing << name;
      }
    }
    QVERIFY2(missing.isEmpty(), qPrintable("without German:\n" + missing.join('\n')));
    QVERIFY2(gone.isEmpty(), qPrintable("not in the sources any more:\n" + gone.join('\n')));
  }

  void places_and_marks_are_kept() {
    for (const Message& m : messages_of(kGerman)) {
      QCOMPARE(places_of(m.translation), places_of(m.source));
      QVERIFY2(m.translation.endsWith(QChar(0x2026)) == m.source.endsWith(QChar(0x2026)),
               qPrintable(m.source));
      QVERIFY2(m.translation.contains('&') == m.source.contains('&'), qPrintable(m.source));
      QVERIFY2(m.translation.trimmed().size() > 0, qPrintable(m.source));
    }
  }

  void languages_are_chosen() {
    QCOMPARE(language_for("de"), QString("de"));
    QCOMPARE(language_for("en"), QString("en"));
    const QByteArray before = qgetenv("LANGUAGE");
    qputenv("LANGUAGE", "de_AT:en");
    QLocale::setDefault(QLocale::system());
    QVERIFY(language_for({}) == "de" || language_for({}) == "en");  // LANG=C leaves LANGUAGE unread
    qputenv("LANGUAGE", before);
    QVERIFY(Translation("en").isEmpty());
    QVERIFY(!Translation("de").isEmpty());
  }

  // The words of the choice are in the language that was chosen, before it is in force.
  void language_is_remembered() {
    const QString file = folder_.filePath("studio.ini");
    {
      Studio studio(file);
      studio.window->set_language("de");
      QVERIFY(studio.window->viewport().banner()->text().contains("Deutsch"));
      studio.window->set_language("en");
      QVERIFY(studio.window->viewport().banner()->text().contains("English"));
      studio.window->set_language("de");
    }
    QCOMPARE(Preferences(file.toStdString()).language(), QString("de"));
  }

  void english_fits() {
    Studio studio;
    fill(studio);
    const QStringList cut = cut_off(*studio.window);
    QVERIFY2(cut.isEmpty(), qPrintable(cut.join('\n')));
  }

  void german_window() {
    install_language(*qApp, "de");
    QCOMPARE(translated("Photo fit"), QString("Fotoanpassung"));
    QCOMPARE(translated("The head is %1 px high (advised: %2 or more): skin, hair and eyes will be "
                        "soft. Use a closer or larger photo",
                        {"210", "300"})
                 .left(28),
             QString("Der Kopf ist 210 px hoch (be"));
    QCOMPARE(translated("a name of nobody"), QString("a name of nobody"));

    Studio studio;
    studio.keep("german_empty");
    QStringList menus;
    for (const QAction* action : studio.window->menuBar()->actions()) {
      menus << QString(action->text()).remove('&');
    }
    QCOMPARE(menus, (QStringList{"Datei", "Bearbeiten", "Ansicht", "Lauf", "Hilfe"}));
    QStringList headings;
    for (const QLabel* label : studio.window->findChildren<QLabel*>("heading")) {
      headings << label->text();
    }
    for (const char* heading : {"FOTO", "PHASEN", "BLICKPUNKTE", "EXPORT", "EINSTELLUNGEN"}) {
      QVERIFY2(headings.contains(heading), heading);
    }
    QCOMPARE(studio.window->stages().run_button()->text(), QString("Starten"));
    const auto* preset = studio.window->stages().findChild<QComboBox*>();
    QCOMPARE(preset->itemText(0), QString("Entwurf"));
    QCOMPARE(preset->itemData(0).toString(), QString("draft"));

    studio.script->faces = 2;
    studio.script->paints = true;
    fill(studio);
    studio.keep("german_head");
    // As small as the window goes, nothing is cut off.
    studio.window->resize(studio.window->minimumSizeHint());
    QTest::qWait(50);
    studio.keep("german_small");
    const QStringList cut = cut_off(*studio.window);
    QVERIFY2(cut.isEmpty(), qPrintable(cut.join('\n')));

    const QStringList collided = collisions(studio.window->viewport());
    QVERIFY2(collided.isEmpty(), qPrintable(collided.join('\n')));

    studio.window->photo_editor().edit_cutout();
    CutoutDialog* dialog = studio.window->photo_editor().dialog();
    QVERIFY(dialog != nullptr);
    QTest::qWait(50);
    if (!qEnvironmentVariable("PORTRAIT_SCREENSHOTS").isEmpty()) {
      dialog->grab().save(qEnvironmentVariable("PORTRAIT_SCREENSHOTS") + "/german_cutout.png");
    }
    const QStringList cut_there = cut_off(*dialog);
    QVERIFY2(cut_there.isEmpty(), qPrintable(cut_there.join('\n')));
  }

 private:
  QString photo() const { return folder_.filePath("photo.png"); }
  void fill(Studio& studio) {
    studio.window->open_path(photo());
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->snapshot().has_head(), kWait);
    studio.script->steps_planned = 3;
    studio.window->session().start();
    QTRY_COMPARE_WITH_TIMEOUT(studio.window->snapshot().state, SessionState::kFinished, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
  }
  QTemporaryDir folder_;
};

QTEST_MAIN(TranslationsTest)
#include "translations_test.moc"

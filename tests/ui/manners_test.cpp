// SPDX-License-Identifier: Apache-2.0
// The window's everyday manners over the real worker: undo, recent files, closing and replacing
// without loss, recovery, the cheat sheet, stills, themes, what is remembered. Set
// PORTRAIT_SCREENSHOTS to a folder to keep a picture of each.
#include "core/base/settings.h"
#include "core/session/session.h"
#include "tests/ui/bust_engine.h"
#include "ui/ago_text.h"
#include "ui/cheat_sheet.h"
#include "ui/main_window.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/settings_panel.h"
#include "ui/panels/stages_panel.h"
#include "ui/recent_menu.h"
#include "ui/ring_walk.h"
#include "ui/settings_history.h"
#include "ui/still_writer.h"
#include "ui/theme.h"
#include "ui/viewport/recovery_card.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/value_slider.h"

#include <QApplication>
#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QPainter>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QSlider>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <set>

using namespace portrait;

namespace {

constexpr int kWait = 60000;

struct Studio {
  std::shared_ptr<BustScript> script = std::make_shared<BustScript>();
  std::unique_ptr<MainWindow> window;

  explicit Studio(WindowOptions options = {}) {
    options.canvas = CanvasKind::kSoftware;
    options.sample = "sample.png";
    SessionOptions session;
    session.autosave_folder = options.autosave_folder;
    window = std::make_unique<MainWindow>(
        std::make_unique<Session>(session,
                                  [script = script](const SessionOptions& given) {
                                    return std::make_unique<BustEngine>(script, given);
                                  }),
        options);
    if (options.preferences.empty()) window->resize(1440, 900);
    window->show();
  }
  const Snapshot& now() const { return window->snapshot(); }
  SessionState state() const { return now().state; }
  template <typename T>
  T* find(const QString& name = {}) {
    const auto all = window->findChildren<T*>(name);
    return all.isEmpty() ? nullptr : all.back();
  }
  QMessageBox* question() {
    for (QMessageBox* box : window->findChildren<QMessageBox*>()) {
      if (box->isVisible()) return box;
    }
    return nullptr;
  }
  QAction* action(const QString& text) {
    for (QAction* action : window->findChildren<QAction*>()) {
      if (action->text().remove('&').startsWith(text)) return action;
    }
    return nullptr;
  }
  // With the questions over it.
  void keep(const char* name) {
    const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    QPixmap picture = window->grab();
    for (QDialog* dialog : window->findChildren<QDialog*>()) {
      if (!dialog->isVisible()) continue;
      QPainter painter(&picture);
      const QPoint at = window->rect().center() - dialog->rect().center();
      painter.fillRect(QRect(at, dialog->size()).adjusted(-1, -1, 1, 1), theme().outline);
      painter.drawPixmap(at, dialog->grab());
    }
    picture.save(folder + "/" + name + ".png");
  }
};

#define ANSWER(studio, which)                                        \
  do {                                                               \
    QTRY_VERIFY_WITH_TIMEOUT((studio).question() != nullptr, kWait); \
    (studio).question()->button(QMessageBox::which)->click();        \
    QTRY_VERIFY((studio).question() == nullptr);                     \
  } while (false)

// WCAG 2.
double luminance(const QColor& colour) {
  const auto linear = [](double v) {
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
         0.0722 * linear(colour.blueF());
}
double contrast(const QColor& a, const QColor& b) {
  const double high = std::max(luminance(a), luminance(b));
  const double low = std::min(luminance(a), luminance(b));
  return (high + 0.05) / (low + 0.05);
}

QStringList recent_in(Studio& studio) {
  auto* menu = studio.window->findChild<RecentMenu*>();
  menu->refresh();
  QStringList paths;
  for (QAction* action : menu->actions()) {
    if (action->data().isValid()) paths << action->data().toString();
  }
  return paths;
}

// A session with unsaved work that is waiting to be killed.
int run_victim(const QString& photo, const QString& folder) {
  WindowOptions options;
  options.autosave_folder = folder.toStdString();
  Studio studio(options);
  studio.script->step_ms = 2;
  studio.script->steps_planned = 7;
  studio.window->open_path(photo);
  QObject::connect(studio.window.get(), &MainWindow::snapshot_shown, studio.window.get(), [&] {
    if (studio.state() == SessionState::kReady) studio.window->session().start();
    if (studio.now().autosave.state == SaveStatus::State::kSaved) {
      std::puts("autosaved");
      std::fflush(stdout);
    }
  });
  return QApplication::exec();
}

}  // namespace

class MannersTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    QVERIFY(folder_.isValid());
    // The trash, too, is a temporary one.
    QDir(folder_.path()).mkpath("share");
    qputenv("XDG_DATA_HOME", folder_.filePath("share").toLocal8Bit());
    photo_ = make_photo("photo.png", 70);
  }

  void cleanup() { switch_theme(*qApp, dark_theme()); }

  void a_slider_is_undone_as_one_change() {
    Studio studio;
    open(studio);
    QUndoStack& stack = studio.window->history().stack();
    QCOMPARE(stack.count(), 0);
    auto* slider = slider_of(studio, "photo_fit.hold_weight");
    const QString label = slider->accessibleName();
    const double before = value_of(studio);
    for (int position : {100, 300, 500, 700}) slider->findChild<QSlider*>()->setValue(position);
    const double after = slider->value();
    QVERIFY(after != before);
    QTRY_COMPARE_WITH_TIMEOUT(value_of(studio), after, kWait);
    QCOMPARE(stack.count(), 1);
    QCOMPARE(studio.action("Undo")->text(),
             QString("Undo %1 %2 → %3").arg(label).arg(before).arg(after));

    activate(studio);
    QTest::keyClick(studio.window.get(), Qt::Key_Z, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(value_of(studio), before, kWait);
    QCOMPARE(slider->value(), before);
    QVERIFY(!studio.action("Undo")->isEnabled());
    QTest::keyClick(studio.window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_COMPARE_WITH_TIMEOUT(value_of(studio), after, kWait);
    QCOMPARE(slider->value(), after);

    // Later it is another change; two different settings are two.
    QTest::qWait(1300);
    slider->findChild<QSlider*>()->setValue(200);
    QCOMPARE(stack.count(), 2);
    Settings other = studio.window->settings().settings();
    other.set("photo_fit.minutes", 3.5);
    Q_EMIT studio.window->settings().changed(std::make_shared<const Settings>(other));
    QCOMPARE(stack.count(), 3);
    stack.undo();
    QCOMPARE(studio.window->settings().settings().get<double>("photo_fit.hold_weight"),
             slider->value());
  }

  void a_slider_moved_back_leaves_nothing_to_undo() {
    SettingsHistory history;
    Settings settings;
    settings.set("photo_fit.hold_weight", 2.0);
    history.record(settings);
    history.record(Settings());
    QCOMPARE(history.stack().count(), 0);
  }

  void a_preset_is_undone_and_a_project_ends_the_history() {
    Studio studio;
    open(studio);
    QUndoStack& stack = studio.window->history().stack();
    const Settings before = studio.window->settings().settings();
    Q_EMIT studio.window->stages().preset_chosen("draft");
    QVERIFY(studio.window->settings().settings() != before);
    QCOMPARE(studio.action("Undo")->text(), QString("Undo preset draft"));
    stack.undo();
    QCOMPARE(studio.window->settings().settings(), before);
    QTRY_VERIFY_WITH_TIMEOUT(*studio.now().settings == before, kWait);
    // Another photo goes on with the settings and with what can be undone.
    stack.redo();
    QTRY_VERIFY_WITH_TIMEOUT(*studio.now().settings != before, kWait);
    const auto photo = studio.now().photo;
    studio.window->open_path(make_photo("second.png", 120));
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().photo != photo && !studio.now().opening, kWait);
    QCOMPARE(stack.count(), 1);
    studio.window->history().begin_with(before);
    QCOMPARE(stack.count(), 0);
  }

  void only_what_opened_well_is_recent() {
    const WindowOptions options = remembered("recent.ini");
    const QString second = make_photo("other photo.png", 140);
    {
      Studio studio(options);
      QVERIFY(recent_in(studio).isEmpty());
      open(studio);
      QCOMPARE(recent_in(studio), QStringList{photo_});
      const QString bad = folder_.filePath("bad.png");
      QFile file(bad);
      QVERIFY(file.open(QIODevice::WriteOnly));
      file.close();
      studio.window->open_path(bad);
      QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().banner()->text().contains("bad.png"),
                               kWait);
      QCOMPARE(recent_in(studio), QStringList{photo_});
      open(studio, second);
      QCOMPARE(recent_in(studio), (QStringList{second, photo_}));
      open(studio);
      QCOMPARE(recent_in(studio), (QStringList{photo_, second}));
      // A save under a name makes a project of it.
      studio.window->session().save_project(folder_.filePath("mine.portrait").toStdString());
      QTRY_COMPARE_WITH_TIMEOUT(recent_in(studio).size(), 3, kWait);
      QVERIFY(studio.window->close());
    }
    QVERIFY(QFile::remove(second));
    Studio studio(options);
    QCOMPARE(recent_in(studio), (QStringList{folder_.filePath("mine.portrait"), photo_}));
    auto* menu = studio.window->findChild<RecentMenu*>();
    menu->actions()[1]->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().photo != nullptr, kWait);
    QCOMPARE(studio.now().photo->path.string(), photo_.toStdString());
    menu->refresh();
    menu->actions().back()->trigger();
    QVERIFY(recent_in(studio).isEmpty());

    Preferences many(folder_.filePath("many.ini").toStdString());
    for (int i = 0; i < 14; ++i) many.remember_file(make_photo(QString("n%1.png").arg(i), i));
    QCOMPARE(many.recent_files().size(), 10);
    QCOMPARE(many.recent_files().front(), folder_.filePath("n13.png"));
  }

  void closing_asks_while_something_is_unsaved() {
    const WindowOptions options = autosaving("closing");
    Studio studio(options);
    open(studio);
    // The first head is made again in seconds: nobody is asked about it.
    QVERIFY(!studio.now().unsaved);
    studio.script->steps_planned = 100000;
    studio.window->session().start();
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().stages[1].step > 2, kWait);
    QVERIFY(studio.now().unsaved);
    QCOMPARE(studio.window->windowTitle(), QString("photo.png[*] — Portrait Studio"));

    QVERIFY(!studio.window->close());
    QTRY_VERIFY_WITH_TIMEOUT(studio.question() != nullptr, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled() || studio.now().stages[1].step > 8,
                             kWait);
    studio.keep("question");
    // A second try raises the same question, and the run goes on below it.
    QVERIFY(!studio.window->close());
    QCOMPARE(studio.window->findChildren<QMessageBox*>().size(), 1);
    QCOMPARE(studio.state(), SessionState::kRunning);
    ANSWER(studio, Cancel);
    QVERIFY(studio.window->isVisible());
    QCOMPARE(studio.state(), SessionState::kRunning);

    // A save that fails closes nothing and says why.
    studio.script->save_fails = true;
    const QString project = folder_.filePath("closing.portrait");
    QVERIFY(!studio.window->close());
    ANSWER(studio, Save);
    name_project(studio, project);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().banner()->text().contains("disk is full"),
                             kWait);
    QCOMPARE(studio.window->viewport().banner()->kind(), Banner::Kind::kFailure);
    QVERIFY(studio.window->isVisible() && studio.window->isEnabled());
    QVERIFY(studio.now().unsaved);
    QCOMPARE(studio.state(), SessionState::kPaused);

    studio.script->save_fails = false;
    const int steps = studio.script->steps;
    QVERIFY(!studio.window->close());
    ANSWER(studio, Save);
    name_project(studio, project);
    QTRY_VERIFY_WITH_TIMEOUT(!studio.window->isVisible(), kWait);
    studio.window.reset();
    // The run can be gone on with from the project, and no autosave is left of it.
    QVERIFY(left_in("closing").isEmpty());
    Studio next(options);
    QVERIFY(next.find<RecoveryCard>()->isHidden());
    next.window->open_path(project);
    QTRY_COMPARE_WITH_TIMEOUT(next.state(), SessionState::kPaused, kWait);
    QCOMPARE(int(next.script->steps), steps);
    QVERIFY(!next.now().unsaved);
    QVERIFY(next.window->close());
  }

  void closing_asks_before_it_ends_an_export() {
    Studio studio(autosaving("exporting"));
    open(studio);
    studio.script->export_ms = 500;
    studio.window->exporting().set_folder(folder_.filePath("exported"));
    QTest::mouseClick(studio.window->exporting().export_button(), Qt::LeftButton);
    const auto state = [&] { return studio.now().exporting.state; };
    QTRY_COMPARE_WITH_TIMEOUT(state(), ExportStatus::State::kRunning, kWait);
    QVERIFY(!studio.window->close());
    QTRY_VERIFY_WITH_TIMEOUT(studio.question() != nullptr, kWait);
    studio.keep("question_export");
    ANSWER(studio, Cancel);
    QVERIFY(studio.window->isVisible());
    QCOMPARE(state(), ExportStatus::State::kRunning);
    QVERIFY(!studio.window->close());
    ANSWER(studio, Discard);
    QTRY_VERIFY_WITH_TIMEOUT(!studio.window->isVisible(), kWait);
    studio.window.reset();
    QVERIFY(!QFile::exists(folder_.filePath("exported/head.glb")));
  }

  void discarding_closes_at_once_and_leaves_nothing() {
    for (bool stubborn : {false, true}) {
      Studio studio(autosaving("discard"));
      open(studio);
      studio.script->steps_planned = 12;
      studio.window->session().start();
      QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kFinished, kWait);
      QTRY_COMPARE_WITH_TIMEOUT(left_in("discard").size(), 1, kWait);
      // Beginning anew loses the finished head as well.
      studio.script->steps_planned = 100000;
      QTest::mouseClick(studio.window->stages().run_button(), Qt::LeftButton);
      ANSWER(studio, Discard);
      QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kRunning, kWait);
      QTRY_VERIFY_WITH_TIMEOUT(studio.now().unsaved, kWait);
      QVERIFY(left_in("discard").isEmpty());

      studio.script->step_ms = 4000;
      studio.script->stubborn = stubborn;
      const int steps = studio.script->steps;
      QTRY_VERIFY_WITH_TIMEOUT(studio.script->steps > steps, kWait);
      QVERIFY(!studio.window->close());
      QTRY_VERIFY_WITH_TIMEOUT(studio.question() != nullptr, kWait);
      QElapsedTimer since_answer;
      since_answer.start();
      studio.question()->button(QMessageBox::Discard)->click();
      QTRY_VERIFY_WITH_TIMEOUT(!studio.window->isVisible(), kWait);
      // Half a second, and something for a busy machine; the step takes four.
      QVERIFY2(since_answer.elapsed() < 1500, qPrintable(QString::number(since_answer.elapsed())));
      studio.window.reset();
      QVERIFY(left_in("discard").isEmpty());
    }
  }

  void opening_asks_and_a_bad_file_still_loses_nothing() {
    Studio studio(autosaving("opening"));
    open(studio);
    studio.script->steps_planned = 9;
    studio.window->session().start();
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kFinished, kWait);
    const QString second = make_photo("second.png", 120);
    studio.window->open_path(second);
    ANSWER(studio, Cancel);
    QCOMPARE(studio.now().photo->path.filename().string(), std::string("photo.png"));

    studio.window->open_path(folder_.filePath("absent.png"));
    ANSWER(studio, Discard);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().banner()->text().contains("absent.png"),
                             kWait);
    QVERIFY(studio.now().unsaved);
    QCOMPARE(left_in("opening").size(), 1);

    // Saved first, then opened, once each.
    const QString project = folder_.filePath("before opening.portrait");
    studio.window->open_path(second);
    ANSWER(studio, Save);
    name_project(studio, project);
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().photo->path.string(), second.toStdString(), kWait);
    QVERIFY(QFile::exists(project));
    QVERIFY(studio.now().project_path.empty());
    QVERIFY(left_in("opening").isEmpty());
    QVERIFY(studio.window->close());
  }

  void a_killed_session_is_recovered() {
    const WindowOptions options = autosaving("crash");
    QProcess victim;
    victim.start(QCoreApplication::applicationFilePath(),
                 {"--victim", photo_, folder_.filePath("crash")});
    QVERIFY(victim.waitForStarted());
    QByteArray said;
    const auto autosaved = [&] {
      return (said += victim.readAllStandardOutput()).contains("saved");
    };
    QTRY_VERIFY_WITH_TIMEOUT(autosaved(), kWait);
    {
      // It lives: what it autosaved is its own.
      Studio beside(options);
      QVERIFY(beside.find<RecoveryCard>()->isHidden());
    }
    QCOMPARE(::kill(pid_t(victim.processId()), SIGKILL), 0);
    QVERIFY(victim.waitForFinished());

    Studio studio(options);
    auto* card = studio.find<RecoveryCard>();
    QVERIFY(card->isVisible());
    QCOMPARE(card->count(), 1);
    QVERIFY(card->findChild<QLabel*>("strong")->text().contains("Recovered: photo"));
    QVERIFY(QTest::qWaitForWindowExposed(studio.window.get()));
    studio.keep("recovered");
    QTest::mouseClick(card->findChild<QPushButton*>("openRecovery"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().photo != nullptr && !studio.now().opening, kWait);
    QCOMPARE(int(studio.script->steps), 7);
    QVERIFY(studio.now().recovered && studio.now().unsaved);
    QVERIFY(studio.now().project_path.empty());
    QCOMPARE(studio.window->windowTitle(), QString("photo.png (recovered)[*] — Portrait Studio"));
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    studio.keep("recovered_open");
    // It stays recoverable until it is saved, and Save asks for a name.
    QCOMPARE(left_in("crash").size(), 1);
    const QString project = folder_.filePath("from the crash.portrait");
    studio.action("Save")->trigger();
    name_project(studio, project);
    QTRY_VERIFY_WITH_TIMEOUT(!studio.now().unsaved, kWait);
    QVERIFY(!studio.now().recovered);
    QVERIFY(left_in("crash").isEmpty());
    QVERIFY(studio.window->close());
  }

  void a_closed_run_goes_on_where_it_was() {
    WindowOptions options = autosaving("go on");
    options.ask_before_losing = false;
    int steps = 0;
    {
      Studio studio(options);
      open(studio);
      studio.script->steps_planned = 100000;
      studio.window->session().start();
      QTRY_VERIFY_WITH_TIMEOUT(studio.now().stages[1].step > 4, kWait);
      studio.window->close();
      QTRY_VERIFY_WITH_TIMEOUT(!studio.window->isVisible(), kWait);
      steps = studio.script->steps;
    }
    QCOMPARE(left_in("go on").size(), 1);
    Studio studio(options);
    studio.script->steps_planned = 100000;
    QTest::mouseClick(studio.find<QPushButton>("openRecovery"), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kPaused, kWait);
    QCOMPARE(studio.now().stages[1].step, steps);
    QTest::keyClick(studio.window.get(), Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().stages[1].step > steps, kWait);
  }

  void recoveries_are_discarded_into_the_trash() {
    const WindowOptions options = autosaving("trash");
    for (const char* name : {"one", "two", "three", "four"}) {
      write_bust(folder_.filePath(QString("trash/%1.autosave.portrait").arg(name)), 5, false);
    }
    Studio studio(options);
    auto* card = studio.find<RecoveryCard>();
    QCOMPARE(card->count(), 4);
    QVERIFY(QTest::qWaitForWindowExposed(studio.window.get()));
    studio.keep("recovered_many");
    for (int left = 3; left >= 0; --left) {
      const auto discard = [&]() -> QPushButton* {
        for (QPushButton* button : card->findChildren<QPushButton*>("discardRecovery")) {
          if (button->isVisible()) return button;
        }
        return nullptr;
      };
      QTRY_VERIFY(discard() != nullptr);
      QTest::mouseClick(discard(), Qt::LeftButton);
      QCOMPARE(card->count(), left);
      QCOMPARE(left_in("trash").size(), left);
    }
    QVERIFY(card->isHidden());
  }

  void a_project_with_a_newer_autosave_asks_which() {
    const QString project = folder_.filePath("asked.portrait");
    const QString autosave = folder_.filePath("asked.autosave.portrait");
    write_bust(project, 4, false);
    write_bust(autosave, 9, true);
    const auto age = [](const QString& path, int seconds) {
      namespace fs = std::filesystem;
      fs::last_write_time(path.toStdString(),
                          fs::file_time_type::clock::now() - std::chrono::seconds(seconds));
    };
    age(project, 600);
    age(autosave, 60);
    Studio studio;
    studio.window->open_path(project);
    QTRY_VERIFY_WITH_TIMEOUT(studio.question() != nullptr, kWait);
    QVERIFY(QTest::qWaitForWindowExposed(studio.window.get()));
    studio.keep("which");
    QVERIFY(studio.question()->informativeText().contains("10 min ago"));
    press(studio, "Open the saved project");
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kReady, kWait);
    QCOMPARE(int(studio.script->steps), 4);
    QVERIFY(!studio.now().unsaved);

    studio.window->open_path(project);
    QTRY_VERIFY_WITH_TIMEOUT(studio.question() != nullptr, kWait);
    press(studio, "Open the autosave");
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kPaused, kWait);
    QCOMPARE(int(studio.script->steps), 9);
    QVERIFY(studio.now().unsaved && studio.now().recovered);
    // It is this project's own: a save goes there.
    QCOMPARE(studio.now().project_path.string(), project.toStdString());
    studio.action("Save")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!studio.now().unsaved, kWait);
    QVERIFY(!QFile::exists(autosave));

    // Of a project that was open when a session was killed, the start page knows by the recent
    // files.
    write_bust(autosave, 11, true);
    age(project, 600);
    WindowOptions options = remembered("projects.ini");
    Preferences(options.preferences).remember_file(project);
    Studio next(options);
    QCOMPARE(next.find<RecoveryCard>()->count(), 1);
  }

  void keys_are_on_the_cheat_sheet() {
    Studio studio;
    open(studio);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    activate(studio);
    auto* sheet = studio.find<CheatSheet>();
    QVERIFY(sheet->isHidden());
    QTest::keyClick(studio.window.get(), Qt::Key_H);
    QVERIFY(sheet->isVisible());
    QCOMPARE(sheet->size(), studio.window->viewport().size());
    QTest::qWait(300);
    studio.keep("cheat_sheet");
    studio.window->set_appearance(Appearance::kLight);
    QTest::qWait(300);
    studio.keep("cheat_sheet_light");
    QTest::keyClick(sheet, Qt::Key_Escape);
    QVERIFY(sheet->isHidden());
    QTest::keyClick(studio.window.get(), Qt::Key_H);
    QTest::keyClick(studio.window.get(), Qt::Key_H);
    QVERIFY(sheet->isHidden());

    for (QAction* entry : studio.window->menuBar()->actions()) {
      if (!entry->menu() || !qEnvironmentVariableIsSet("PORTRAIT_SCREENSHOTS")) continue;
      entry->menu()->popup(studio.window->geometry().topLeft());
      entry->menu()->grab().save(qEnvironmentVariable("PORTRAIT_SCREENSHOTS") + "/menu_" +
                                 entry->text().remove('&') + ".png");
      entry->menu()->hide();
    }

    // Every shortcut of the menus stands on it, and a plus in one is a key.
    int shortcuts = 0;
    for (QAction* action : studio.window->findChildren<QAction*>()) {
      shortcuts += action->shortcut().isEmpty() ? 0 : 1;
    }
    int rows = 0;
    bool space = false;
    bool step = false;
    for (const auto& section : CheatSheet::sections_of(*studio.window->menuBar())) {
      for (const auto& row : section.rows) {
        rows += section.title == "Mouse" ? 0 : 1;
        space = space || row.keys == QList<QStringList>{{"Space"}};
        step = step || row.keys == QList<QStringList>{{"Ctrl", "."}};
        QVERIFY(!row.text.contains('&') && !row.text.contains('\t'));
      }
    }
    QCOMPARE(rows, shortcuts + 1);  // and Space
    QVERIFY(space && step);
  }

  void brackets_walk_round_the_ring() {
    const auto ring = standard_viewpoint_rig();
    Viewpoint at{0, 0};
    std::set<std::pair<int, int>> seen;
    for (std::size_t i = 0; i < ring.size(); ++i) {
      at = next_in_ring(ring, at, true);
      seen.insert({int(at.azimuth_deg), int(at.elevation_deg)});
    }
    QCOMPARE(seen.size(), ring.size());
    QCOMPARE(at.azimuth_deg, 0.0);  // once round
    QCOMPARE(next_in_ring(ring, next_in_ring(ring, {30, 0}, true), false).azimuth_deg, 30.0);

    Studio studio;
    open(studio);
    activate(studio);
    QTest::keyClick(studio.window.get(), Qt::Key_BracketLeft);
    QCOMPARE(studio.window->viewport().view().viewpoint().azimuth_deg, -30.0);
    QTest::keyClick(studio.window.get(), Qt::Key_BracketRight);
    QCOMPARE(studio.window->viewport().view().viewpoint().azimuth_deg, 0.0);
    for (const auto key : {Qt::Key_Home, Qt::Key_Return}) {
      studio.window->viewport().look_from({50, 10});
      QTest::keyClick(studio.window.get(), key);
      QCOMPARE(studio.window->viewport().view().viewpoint().azimuth_deg, 0.0);
    }
  }

  void stills_are_numbered_and_named() {
    Studio studio;
    const QString stills = folder_.filePath("stills");
    studio.window->stills().set_folder(stills);
    open(studio);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().frame != nullptr && studio.now().frame->resting, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    activate(studio);
    QTest::keyClick(studio.window.get(), Qt::Key_F12);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().banner()->text().contains("photo 001.png"),
                             kWait);
    const QImage still(stills + "/photo 001.png");
    QCOMPARE(still.size(),
             studio.window->viewport().size() * studio.window->viewport().devicePixelRatioF());
    QTest::keyClick(studio.window.get(), Qt::Key_F12, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().banner()->text().contains("photo 002.png"),
                             kWait);
    const QImage cut(stills + "/photo 002.png");
    QVERIFY(cut.hasAlphaChannel());
    QCOMPARE(qAlpha(cut.pixel(2, 2)), 0);
    QVERIFY(qAlpha(cut.pixel(cut.width() / 2, cut.height() / 2)) > 200);
    // A folder that cannot be made is said.
    studio.window->stills().set_folder(photo_ + "/below a file");
    QTest::keyClick(studio.window.get(), Qt::Key_F12);
    QTRY_COMPARE_WITH_TIMEOUT(studio.window->viewport().banner()->kind(), Banner::Kind::kFailure,
                              kWait);
  }

  void text_can_be_read_in_both_themes() {
    for (const Theme* t : {&dark_theme(), &light_theme()}) {
      QColor chip = t->chip;
      chip.setAlpha(255);
      for (const QColor& surface :
           {t->background, t->panel, t->raised, t->statusbar, t->line, chip}) {
        for (const QColor& ink :
             {t->text, t->dim, t->accent, t->information, t->success, t->failure}) {
          // What is hovered or chosen stands on the colour of lines, in the text's own colour.
          if (surface == t->line && ink != t->text) continue;
          QVERIFY2(contrast(ink, surface) >= 4.5, qPrintable(QString("%1 on %2: %3")
                                                                 .arg(ink.name(), surface.name())
                                                                 .arg(contrast(ink, surface))));
        }
      }
      // On buttons and selections.
      QVERIFY(contrast(t->on_fill, t->fill) >= 4.5);
      QVERIFY(contrast(t->background, t->information) >= 4.5);
      // The first page's words stand on the backdrop.
      for (const QColor& ink : {t->text, t->dim}) {
        QVERIFY2(contrast(ink, t->backdrop_edge) >= 4.5,
                 qPrintable(QString::number(contrast(ink, t->backdrop_edge))));
      }
    }
  }

  void the_theme_is_switched_live_and_remembered() {
    const WindowOptions options = remembered("appearance.ini");
    {
      Studio studio(options);
      studio.window->resize(1440, 900);
      studio.script->steps_planned = 4000;
      open(studio);
      QTRY_VERIFY_WITH_TIMEOUT(
          studio.now().ring != nullptr && !studio.now().ring->back().rgba.empty(), kWait);
      QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
      const QColor dark = studio.window->viewport().still().pixelColor(3, 3);
      QVERIFY(dark.lightnessF() < 0.3);
      for (const char* name : {"Light", "As the system", "Dark", "Light"}) {
        studio.action(name)->trigger();
      }
      QCOMPARE(theme().text, light_theme().text);
      QCOMPARE(studio.window->palette().color(QPalette::WindowText), light_theme().text);
      QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
      QTRY_VERIFY(studio.window->viewport().still().pixelColor(3, 3).lightnessF() > 0.6);
      // Icons follow: the one of the stop button is dark now.
      studio.window->session().start();
      QTRY_VERIFY_WITH_TIMEOUT(studio.now().stages[1].step > 9, kWait);
      const QImage icon = studio.window->stages().stop_button()->icon().pixmap(12, 12).toImage();
      QVERIFY(icon.pixelColor(6, 6).lightnessF() < 0.3);
      studio.keep("light_running");
      studio.window->session().stop();
      QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kFinished, kWait);
      studio.window->viewport().look_from({35, 8});
      QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
      QTest::qWait(300);
      studio.keep("light_finished");
      studio.window->close();
      QTRY_VERIFY_WITH_TIMEOUT(studio.question() != nullptr, kWait);
      studio.keep("light_question");
      ANSWER(studio, Discard);
      QTRY_VERIFY_WITH_TIMEOUT(!studio.window->isVisible(), kWait);
    }
    switch_theme(*qApp, dark_theme());
    Studio studio(options);
    QVERIFY(theme().light);
    QVERIFY(QTest::qWaitForWindowExposed(studio.window.get()));
    studio.keep("light_empty");
    QPalette palette(Qt::black);
    palette.setColor(QPalette::WindowText, Qt::white);
    QVERIFY(is_dark(palette));
    QVERIFY(!is_dark(QPalette(QColor(240, 240, 240))));
  }

  void the_window_comes_back_as_it_was() {
    const WindowOptions options = remembered("window.ini");
    QVERIFY(!QFile::exists(QString::fromStdString(options.preferences.string())));
    QSize size;
    {
      Studio studio(options);
      QVERIFY(QTest::qWaitForWindowExposed(studio.window.get()));
      QVERIFY(says(studio, "nothing leaves it"));
      studio.keep("first_start");
      open(studio);
      studio.window->resize(1180, 760);
      studio.window->exporting().set_folder("/tmp/my heads");
      studio.window->viewport().set_mode(DisplayMode::kNormals);
      size = studio.window->size();
      QVERIFY(studio.window->close());
    }
    Studio studio(options);
    QVERIFY(!says(studio, "nothing leaves it"));
    QCOMPARE(studio.window->size(), size);
    QCOMPARE(studio.window->exporting().folder(), QString("/tmp/my heads"));
    QCOMPARE(studio.window->viewport().mode(), DisplayMode::kNormals);
  }

  void the_autosave_says_how_old_it_is() {
    using std::chrono::seconds;
    QCOMPARE(ago_text(seconds(1)), QString("just now"));
    QCOMPARE(ago_text(seconds(12)), QString("12 s ago"));
    QCOMPARE(ago_text(seconds(60 * 3 + 20)), QString("3 min ago"));
    QCOMPARE(ago_text(seconds(3600 * 5)), QString("5 h ago"));
    QCOMPARE(ago_text(seconds(3600 * 30)), QString("yesterday"));
    QCOMPARE(ago_text(seconds(3600 * 24 * 4)), QString("4 days ago"));

    Studio studio(autosaving("age"));
    open(studio);
    studio.script->steps_planned = 5;
    studio.window->session().start();
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kFinished, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(says(studio, "Autosaved just now"), kWait);
    // By itself, with no snapshot coming.
    QTRY_VERIFY_WITH_TIMEOUT(says(studio, "Autosaved 4 s ago") || says(studio, "Autosaved 5 s ago"),
                             kWait);
    studio.window->close();
    ANSWER(studio, Discard);
  }

 private:
  QString make_photo(const QString& name, int grey) {
    QImage image(512, 512, QImage::Format_RGB32);
    image.fill(qRgb(grey, grey + 14, grey + 26));
    if (name == "photo.png") {
      for (int y = 0; y < 512; ++y) {
        for (int x = 0; x < 512; ++x) {
          const Eigen::Vector4f v =
              bust_at({(float(x) - 256) / 540, (256 - float(y)) / 540, 0.2F}, 0.2F);
          if (v[3] > 1)
            image.setPixel(x, y, qRgb(int(v[0] * 255), int(v[1] * 255), int(v[2] * 255)));
        }
      }
    }
    const QString path = folder_.filePath(name);
    image.save(path);
    return path;
  }
  void write_bust(const QString& path, int steps, bool under_way) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QString("bust %1 %2\n%3\n").arg(steps).arg(int(under_way)).arg(photo_).toUtf8());
  }
  WindowOptions autosaving(const QString& name) {
    WindowOptions options;
    QDir(folder_.path()).mkpath(name);
    options.autosave_folder = folder_.filePath(name).toStdString();
    return options;
  }
  WindowOptions remembered(const QString& name) {
    WindowOptions options;
    options.preferences = folder_.filePath(name).toStdString();
    return options;
  }
  QStringList left_in(const QString& name) {
    return QDir(folder_.filePath(name)).entryList({"*.portrait"}, QDir::Files);
  }
  void open(Studio& studio, const QString& path = {}) {
    const auto before = studio.now().photo;
    studio.window->open_path(path.isEmpty() ? photo_ : path);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().photo != before && !studio.now().opening, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().has_head(), kWait);
  }
  // There is no window manager here to do it.
  void activate(Studio& studio) {
    studio.window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(studio.window.get()));
    studio.window->viewport().setFocus();
  }
  void name_project(Studio& studio, const QString& path) {
    QTRY_VERIFY_WITH_TIMEOUT(studio.find<QFileDialog>() != nullptr, kWait);
    auto* dialog = studio.find<QFileDialog>();
    dialog->selectFile(path);
    QMetaObject::invokeMethod(dialog, "accept");
    QTRY_VERIFY(studio.find<QFileDialog>() == nullptr);
  }
  void press(Studio& studio, const QString& text) {
    for (QAbstractButton* button : studio.question()->buttons()) {
      if (button->text() == text) {
        button->click();
        QTRY_VERIFY(studio.question() == nullptr);
        return;
      }
    }
    QFAIL(qPrintable("no button " + text));
  }
  ValueSlider* slider_of(Studio& studio, const char* key) {
    for (ValueSlider* slider : studio.window->settings().findChildren<ValueSlider*>()) {
      if (slider->accessibleName().startsWith(QString::fromStdString(setting_row(key).label))) {
        return slider;
      }
    }
    return nullptr;
  }
  double value_of(Studio& studio) {
    return studio.now().settings->get<double>("photo_fit.hold_weight");
  }
  bool says(Studio& studio, const QString& text) {
    for (QLabel* label : studio.window->findChildren<QLabel*>()) {
      if (label->isVisible() && label->text().contains(text)) return true;
    }
    return false;
  }

  QTemporaryDir folder_;
  QString photo_;
};

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  if (argc == 4 && std::string(argv[1]) == "--victim") {
    apply_theme(application);
    return run_victim(argv[2], argv[3]);
  }
  MannersTest test;
  return QTest::qExec(&test, argc, argv);
}

#include "manners_test.moc"

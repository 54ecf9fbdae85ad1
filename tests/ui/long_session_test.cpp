// SPDX-License-Identifier: Apache-2.0
// One long session with the pack that ships, as an artist might have it: a photo becomes a head,
// controls and viewpoints are moved as it forms, the head goes back and on along another branch, is
// exported, saved, closed and opened again, and is made once more, the same, from its journal.
// Skipped where pack or photo is not there. Set PORTRAIT_SCREENSHOTS to keep a picture of each
// state.
#include "core/base/settings.h"
#include "core/session/session.h"
#include "tests/ui/shipped.h"
#include "ui/art_direction.h"
#include "ui/event_loop_probe.h"
#include "ui/main_window.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/formation_strip.h"
#include "ui/panels/guidance_panel.h"
#include "ui/panels/noise_panel.h"
#include "ui/panels/ring_editor.h"
#include "ui/panels/settings_panel.h"
#include "ui/panels/stages_panel.h"
#include "ui/panels/viewpoints_panel.h"
#include "ui/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/formation_timeline.h"
#include "ui/widgets/value_slider.h"
#include "ui/widgets/viewpoint_sphere.h"

#include <algorithm>

#include <QApplication>
#include <QDir>
#include <QPainter>
#include <QProcess>
#include <QPushButton>
#include <QSlider>
#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

constexpr int kWait = 300000;
constexpr const char* kViews = "30,0 -30,0 90,0 -90,0 180,0";

// A draft in little: every stage of it, few steps of each.
std::shared_ptr<const Settings> little_draft() {
  Settings settings;
  settings.apply_preset("draft");
  for (const char* assignment :
       {"photo_fit.minutes=20", "photo_fit.steps_max=24", "detail.iterations=3",
        "mesh.resolution=96", "mesh.texture=1024", "turntable.frames=4"}) {
    settings.set_assignment(assignment);
  }
  settings.set("detail.viewpoints", std::string(kViews));
  return std::make_shared<const Settings>(settings);
}

}  // namespace

class LongSessionTest : public QObject {
  Q_OBJECT

  fs::path pack_;
  fs::path photo_;
  QTemporaryDir folder_;
  std::unique_ptr<MainWindow> window_;
  EventLoopProbe probe_;
  int kept_ = 0;
  bool broken_ = false;  // what comes next has nothing to stand on

  const Snapshot& now() const { return window_->snapshot(); }
  const StageInfo& stage(std::size_t index) const { return now().stages[index]; }

  void open_window() {
    SessionOptions session;
    session.pack = pack_;
    session.settings = little_draft();
    session.autosave_folder = folder_.filePath("autosaves").toStdString();
    WindowOptions options;
    options.ask_before_losing = false;  // nobody is here to answer
    options.pack = pack_;
    options.autosave_folder = session.autosave_folder;
    window_ = std::make_unique<MainWindow>(std::make_unique<Session>(session), options);
    window_->resize(1440, 900);
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
  }

  // Grabbing a picture holds the event loop up, and is no one's wait.
  void keep(const char* name) {
    const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
    if (folder.isEmpty()) return;
    probe_.stop();
    QDir().mkpath(folder);
    window_->grab().save(
        QString("%1/long_%2_%3.png").arg(folder).arg(++kept_, 2, 10, QChar('0')).arg(name));
    probe_.go_on();
  }

  void press_run() { QTest::mouseClick(window_->stages().run_button(), Qt::LeftButton); }

  void pause() {
    press_run();
    QTRY_COMPARE_WITH_TIMEOUT(now().state, SessionState::kPaused, kWait);
  }

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    const Shipped shipped = Shipped::find();
    if (shipped.missing()) QSKIP(shipped.missing());
    pack_ = shipped.pack;
    photo_ = shipped.photo;
    open_window();
    probe_.start();
  }

  void init() {
    if (broken_) QSKIP("the session ended before");
  }
  void cleanup() { broken_ = broken_ || QTest::currentTestFailed(); }

  void a_photo_becomes_a_first_head() {
    window_->open_path(QString::fromStdString(photo_.string()));
    QTRY_VERIFY_WITH_TIMEOUT(now().has_head() || !window_->viewport().banner()->text().isEmpty(),
                             kWait);
    QVERIFY2(now().has_head(), qPrintable(window_->viewport().banner()->text()));
    QTRY_VERIFY_WITH_TIMEOUT(window_->viewport().settled(), kWait);
    keep("first_head");
  }

  void controls_are_moved_as_it_forms() {
    press_run();
    QTRY_VERIFY_WITH_TIMEOUT(now().stage == 1 && stage(1).step >= 3, kWait);
    window_->guidance().weight(0)->findChild<QSlider*>()->setValue(900);
    window_->noise().sigma()->findChild<QSlider*>()->setValue(300);
    QTRY_VERIFY_WITH_TIMEOUT(now().settings->get<double>("hpdm.w_ex") ==
                                 window_->settings().settings().get<double>("hpdm.w_ex"),
                             kWait);
    keep("photo_fit");
    // A first painting comes.
    QTRY_VERIFY_WITH_TIMEOUT(
        now().refined != nullptr &&
            std::any_of(now().refined->begin(), now().refined->end(),
                        [](const RefinedView& view) { return view.painted > 0; }),
        kWait);
    keep("detail");
  }

  void a_viewpoint_is_dragged_as_it_is_painted() {
    auto* panel = window_->findChild<ViewpointsPanel*>();
    panel->edit(true);
    auto* sphere = panel->findChild<ViewpointSphere*>();
    QTRY_VERIFY_WITH_TIMEOUT(sphere->isVisible() && sphere->ring().size() == 5, kWait);
    const QPoint from = sphere->bead_at(0).toPoint();
    QTest::mousePress(sphere, Qt::LeftButton, {}, from);
    for (int part = 1; part <= 4; ++part) {
      QTest::mouseMove(sphere, from + QPoint(4 * part, -3 * part));
    }
    QTest::mouseRelease(sphere, Qt::LeftButton, {}, from + QPoint(16, -12));
    QTRY_VERIFY_WITH_TIMEOUT(now().settings->get<std::string>("detail.viewpoints") != kViews,
                             kWait);
    keep("viewpoint_dragged");
    panel->edit(false);
  }

  void it_goes_back_and_on_along_a_branch() {
    pause();
    FormationStrip& strip = window_->formation();
    // Between photo fit and detail.
    const auto line = strip.timeline()->line();
    const auto found = std::find_if(line.rbegin(), line.rend(), [](const auto& moment) {
      return moment->restart && moment->stage == "Photo fit";
    });
    QVERIFY(found != line.rend());
    strip.look_at((*found)->id);
    QTRY_VERIFY_WITH_TIMEOUT(window_->viewport().settled(), kWait);
    keep("looked_back");
    QTest::mouseClick(strip.continue_button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(now().formation->tip, (*found)->id, kWait);
    QCOMPARE(now().state, SessionState::kPaused);
    QVERIFY(strip.branches_button()->isVisible());
    window_->guidance().weight(2)->findChild<QSlider*>()->setValue(200);
    QTRY_VERIFY_WITH_TIMEOUT(now().settings->get<double>("hpdm.w_geo") < 0.9, kWait);
    keep("branch");
  }

  // Out to a paint program and back: saving there is enough.
  void a_view_is_painted_and_locked() {
    auto* direction = window_->findChild<ArtDirection*>();
    const QString file = folder_.filePath("painted.png");
    direction->export_to(file, {-30, 0});
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), kWait);
    QTRY_VERIFY_WITH_TIMEOUT(now().view_file.written, kWait);
    QImage picture;
    QTRY_VERIFY_WITH_TIMEOUT(picture.load(file), kWait);
    {
      QPainter painter(&picture);
      painter.setPen(Qt::NoPen);
      painter.setBrush(QColor(170, 30, 45));
      painter.drawEllipse(QPointF(256, 110), 90, 40);
    }
    QVERIFY(picture.save(file));
    QTRY_VERIFY_WITH_TIMEOUT(now().locks != nullptr && now().locks->size() == 1, kWait);
    keep("locked");
    press_run();
    QTRY_VERIFY_WITH_TIMEOUT(now().stage == 3 && stage(3).step >= 2, kWait);
    QVERIFY(now().refined != nullptr && (*now().refined)[1].locked);
    keep("locked_refined");
  }

  void it_is_turned_while_it_runs() {
    Viewport& viewport = window_->viewport();
    const QPoint middle = viewport.rect().center();
    const double before = viewport.view().viewpoint().azimuth_deg;
    QTest::mousePress(&viewport, Qt::LeftButton, {}, middle);
    for (int part = 1; part <= 40; ++part) {
      QTest::mouseMove(&viewport, middle + QPoint(4 * part, 0));
      QTest::qWait(16);
    }
    QTest::mouseRelease(&viewport, Qt::LeftButton, {}, middle + QPoint(160, 0));
    QVERIFY(std::abs(viewport.view().viewpoint().azimuth_deg - before) > 10);
    keep("turned");
  }

  void it_finishes_and_is_exported() {
    QTRY_VERIFY_WITH_TIMEOUT(
        now().state == SessionState::kFinished || now().state == SessionState::kFailed, kWait);
    QCOMPARE(now().error, std::string());
    window_->viewport().look_from({0, 0});
    QTRY_VERIFY_WITH_TIMEOUT(window_->viewport().settled(), kWait);
    keep("finished");
    window_->exporting().set_folder(folder_.filePath("export"));
    QTest::mouseClick(window_->exporting().export_button(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(now().exporting.state == ExportStatus::State::kDone ||
                                 now().exporting.state == ExportStatus::State::kFailed,
                             kWait);
    QCOMPARE(now().exporting.error, std::string());
    QVERIFY(QFileInfo(folder_.filePath("export/head.glb")).size() > 1000);
    keep("exported");
  }

  void it_is_saved_closed_and_opened_again() {
    const fs::path project = folder_.filePath("long.portrait").toStdString();
    window_->session().save_project(project);
    QTRY_COMPARE_WITH_TIMEOUT(now().saved.state, SaveStatus::State::kSaved, kWait);
    QVERIFY(!now().unsaved);
    const int fitted = stage(1).step;
    const std::size_t branches = now().formation->other_ends().size();
    probe_.stop();
    qInfo("%s", probe_.report().text().c_str());
    QVERIFY(window_->close());
    QTRY_VERIFY_WITH_TIMEOUT(!window_->isVisible(), kWait);
    window_.reset();
    QVERIFY(QDir(folder_.filePath("autosaves")).entryList(QDir::Files).isEmpty());

    open_window();
    window_->open_path(QString::fromStdString(project.string()));
    QTRY_VERIFY_WITH_TIMEOUT(now().has_head() && !now().opening, kWait);
    QCOMPARE(stage(3).state, StageState::kDone);
    QCOMPARE(stage(1).step, fitted);
    QVERIFY(now().locks != nullptr && now().locks->size() == 1);
    QCOMPARE(now().formation->other_ends().size(), branches);
    QTRY_VERIFY_WITH_TIMEOUT(window_->viewport().settled(), kWait);
    keep("opened_again");
    QVERIFY(window_->close());
    QTRY_VERIFY_WITH_TIMEOUT(!window_->isVisible(), kWait);
    window_.reset();
  }

  void its_journal_makes_the_same_head() {
    QProcess replay;
    replay.setProcessChannelMode(QProcess::MergedChannels);
    replay.start(PORTRAIT_BIN_DIR "/portrait", {"replay", folder_.filePath("long.portrait"),
                                                "--pack", QString::fromStdString(pack_.string())});
    QVERIFY(replay.waitForFinished(kWait));
    QVERIFY2(replay.exitCode() == 0, replay.readAll().constData());
  }
};

QTEST_MAIN(LongSessionTest)
#include "long_session_test.moc"

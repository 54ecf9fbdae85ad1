// SPDX-License-Identifier: Apache-2.0
// The window over the real worker, with a bust for a head: every state, every button's predicate,
// bad files, closing. Set PORTRAIT_SCREENSHOTS to a folder to keep a picture of each state.
#include "core/session/session.h"
#include "tests/ui/bust_engine.h"
#include "tests/ui/let_run.h"
#include "ui/event_loop_probe.h"
#include "ui/main_window.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/formation_strip.h"
#include "ui/panels/settings_panel.h"
#include "ui/panels/stages_panel.h"
#include "ui/theme.h"
#include "ui/widgets/banner.h"

#include <QApplication>
#include <QDir>
#include <QDropEvent>
#include <QMimeData>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

namespace {

constexpr int kWait = 60000;

struct Studio {
  std::shared_ptr<BustScript> script = std::make_shared<BustScript>();
  std::unique_ptr<MainWindow> window;

  Studio() {
    WindowOptions options;
    options.canvas = CanvasKind::kSoftware;
    options.sample = "sample.png";
    options.ask_before_losing = false;  // nobody is here to answer
    auto session = std::make_unique<Session>(
        SessionOptions{},
        [script = script](const SessionOptions&) { return std::make_unique<BustEngine>(script); });
    window = std::make_unique<MainWindow>(std::move(session), options);
    window->resize(1440, 900);
    window->exporting().set_folder({});
    window->show();
  }
  const Snapshot& now() const { return window->snapshot(); }
  SessionState state() const { return now().state; }
  void keep(const char* name) {
    const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    window->grab().save(folder + "/" + name + ".png");
  }
};

void drop(MainWindow& window, const QString& path) {
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(path)});
  const QPoint at(700, 400);
  QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&window, &enter);
  QVERIFY(enter.isAccepted());
  QDropEvent event(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&window, &event);
}

}  // namespace

class WindowTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    QVERIFY(folder_.isValid());
    photo_ = folder_.filePath("photo.png");
    QImage image(512, 512, QImage::Format_RGB32);
    for (int y = 0; y < 512; ++y) {
      for (int x = 0; x < 512; ++x) {
        const Eigen::Vector4f v =
            bust_at({(float(x) - 256) / 540, (256 - float(y)) / 540, 0.2F}, 0.2F);
        image.setPixel(x, y, v[3] > 1 ? qRgb(int(v[0] * 255), int(v[1] * 255), int(v[2] * 255))
                                      : qRgb(70, 84, 96));
      }
    }
    if (qEnvironmentVariableIsSet("PORTRAIT_TEST_PHOTO")) {
      image = QImage(qEnvironmentVariable("PORTRAIT_TEST_PHOTO"));
    }
    QVERIFY(image.save(photo_));
  }

  void empty_window_offers_a_photo() {
    Studio studio;
    QVERIFY(QTest::qWaitForWindowExposed(studio.window.get()));
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    QCOMPARE(studio.state(), SessionState::kEmpty);
    QVERIFY(!studio.window->stages().run_button()->isEnabled());
    QVERIFY(!studio.window->stages().stop_button()->isEnabled());
    QVERIFY(!studio.window->exporting().export_button()->isEnabled());
    QVERIFY(!studio.window->viewport().can_compare());
    studio.keep("empty");
  }

  void photo_is_opened_run_paused_and_finished() {
    Studio studio;
    studio.script->open_ms = 300;
    studio.script->steps_planned = 4000;  // until it was paused
    drop(*studio.window, photo_);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().opening, kWait);
    studio.keep("loading");
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kReady, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().ring != nullptr && !studio.now().ring->back().rgba.empty(),
                             kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    StagesPanel& stages = studio.window->stages();
    QVERIFY(stages.run_button()->isEnabled() && stages.step_button()->isEnabled());
    QVERIFY(!stages.stop_button()->isEnabled());
    QCOMPARE(studio.window->windowTitle(), QString("photo.png — Portrait Studio"));
    studio.keep("ready");

    // One step from standing still.
    QTest::mouseClick(stages.step_button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().stages[1].step, 1, kWait);
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kPaused, kWait);

    QTest::mouseClick(stages.run_button(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().stages[1].step > 8, kWait);
    QCOMPARE(stages.run_button()->text(), QString("Pause"));
    QVERIFY(stages.stop_button()->isEnabled());
    QVERIFY(studio.window->formation().activity().startsWith("Photo fit"));
    studio.keep("running");

    QTest::keyClick(studio.window.get(), Qt::Key_Space);
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kPaused, kWait);
    const int paused_at = studio.script->steps;
    QTest::qWait(200);
    QCOMPARE(int(studio.script->steps), paused_at);
    QCOMPARE(stages.run_button()->text(), QString("Go on"));
    studio.window->viewport().look_from({35, 8});
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().frame != nullptr &&
                                 same_camera(studio.now().frame->camera,
                                             studio.window->viewport().view().camera()) &&
                                 studio.now().frame->resting,
                             kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    studio.keep("paused");

    studio.script->steps_planned = studio.script->steps + 10;
    QTest::keyClick(studio.window.get(), Qt::Key_Space);
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kFinished, kWait);
    QVERIFY(!stages.stop_button()->isEnabled());
    // Only the button begins anew: a key meant for a pause does not throw the head away.
    QCOMPARE(stages.run_button()->text(), QString("Start again"));
    QTest::keyClick(studio.window.get(), Qt::Key_Space);
    QTest::qWait(100);
    QCOMPARE(studio.state(), SessionState::kFinished);

    // Shortcuts belong to the active window; there is no window manager here to make it that.
    studio.window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(studio.window.get()));
    QTest::keyClick(studio.window.get(), Qt::Key_G);
    QCOMPARE(studio.window->viewport().overlay(), PhotoOverlay::kWipe);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    studio.keep("wipe");
    QTest::keyClick(studio.window.get(), Qt::Key_G);

    // Views by key, as in Blender.
    QTest::keyClick(studio.window.get(), Qt::Key_3);
    QCOMPARE(studio.window->viewport().view().viewpoint().azimuth_deg, 90.0);
    QTest::keyClick(studio.window.get(), Qt::Key_1, Qt::ControlModifier);
    QCOMPARE(std::abs(studio.window->viewport().view().viewpoint().azimuth_deg), 180.0);
    QTest::keyClick(studio.window.get(), Qt::Key_1);
    QCOMPARE(studio.window->viewport().view().viewpoint().azimuth_deg, 0.0);

    studio.window->exporting().set_folder(folder_.filePath("out"));
    QTest::mouseClick(studio.window->exporting().export_button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().exporting.state, ExportStatus::State::kDone, kWait);
    QVERIFY(QFile::exists(folder_.filePath("out/head.glb")));
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    QTest::qWait(200);
    studio.keep("finished");
    QVERIFY(studio.window->close());
  }

  void bad_file_loses_nothing() {
    Studio studio;
    drop(*studio.window, photo_);
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kReady, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    const auto head = studio.now().volume_version;
    const QString bad = folder_.filePath("notes.png");
    QFile file(bad);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("not a picture");
    file.close();
    drop(*studio.window, bad);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().banner()->text().contains("notes.png"), kWait);
    QCOMPARE(studio.window->viewport().banner()->kind(), Banner::Kind::kFailure);
    QCOMPARE(studio.state(), SessionState::kReady);
    QVERIFY(studio.now().volume_version >= head);
    QCOMPARE(studio.now().photo->path.filename().string(), std::string("photo.png"));
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    studio.keep("bad_file");
    drop(*studio.window, folder_.filePath("absent.png"));
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().banner()->text().contains("absent.png"), kWait);
    QCOMPARE(studio.state(), SessionState::kReady);
  }

  void failure_keeps_the_last_good_head() {
    Studio studio;
    studio.script->throw_at = 6;
    drop(*studio.window, photo_);
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kReady, kWait);
    studio.window->session().start();
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kFailed, kWait);
    QVERIFY(studio.window->viewport().banner()->text().contains("infinite"));
    QVERIFY(studio.now().has_head());
    studio.window->exporting().set_folder(folder_.filePath("failed"));
    QVERIFY(studio.window->exporting().export_button()->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    studio.keep("failed");
  }

  void export_failure_is_said() {
    Studio studio;
    drop(*studio.window, photo_);
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kReady, kWait);
    studio.window->exporting().set_folder(photo_ + "/below a file");
    QTest::mouseClick(studio.window->exporting().export_button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().exporting.state, ExportStatus::State::kFailed, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().banner()->text().contains("Cannot write"), kWait);
  }

  void settings_come_from_the_table() {
    Studio studio;
    drop(*studio.window, photo_);
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kReady, kWait);
    Settings settings;
    settings.set("photo_fit.hold_weight", 2.5);
    settings.set("seed", std::int64_t{7});
    Q_EMIT studio.window->settings().changed(std::make_shared<const Settings>(settings));
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().settings->get<double>("photo_fit.hold_weight"), 2.5, kWait);
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().seed, std::uint64_t(7), kWait);
  }

  void closes_while_running() {
    auto studio = std::make_unique<Studio>();
    studio->script->step_ms = 150;
    studio->script->steps_planned = 100000;
    drop(*studio->window, photo_);
    QTRY_COMPARE_WITH_TIMEOUT(studio->state(), SessionState::kReady, kWait);
    studio->window->session().start();
    QTRY_VERIFY_WITH_TIMEOUT(studio->now().stages[1].step > 1, kWait);
    studio->window->close();
    // It stays until the worker stands still, with a living event loop, and goes by itself. The
    // run is not ended by it: it can be gone on with.
    QVERIFY(studio->window->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(!studio->window->isVisible(), kWait);
    QCOMPARE(studio->state(), SessionState::kPaused);
    studio.reset();
  }

  void stalls_of_the_event_loop_are_measured() {
    Studio studio;
    studio.script->step_ms = 60;
    studio.script->steps_planned = 100000;
    drop(*studio.window, photo_);
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kReady, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    EventLoopProbe probe;
    studio.window->session().start();
    QTRY_COMPARE_WITH_TIMEOUT(studio.state(), SessionState::kRunning, kWait);
    probe.start();
    let_run(2000);
    const StallReport still = probe.report();
    QTimer turn;
    int count = 0;
    connect(&turn, &QTimer::timeout, &studio.window->viewport(),
            [&] { studio.window->viewport().look_from({double(++count * 2), 0}); });
    turn.start(16);
    probe.start();
    let_run(2000);
    turn.stop();
    const StallReport turning = probe.report();
    qInfo("running, camera still: %s", still.text().c_str());
    qInfo("running, turning:      %s", turning.text().c_str());
    QVERIFY(still.samples > 20 && turning.samples > 20);
  }

 private:
  QTemporaryDir folder_;
  QString photo_;
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"

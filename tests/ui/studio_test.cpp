// SPDX-License-Identifier: Apache-2.0
// The whole way with the pack that ships: a photo is opened, fitted, paused, turned, exported, and
// the window is closed while it runs. Skipped where the pack or a photo is not there.
#include "core/base/settings.h"
#include "core/session/session.h"
#include "tests/ui/shipped.h"
#include "ui/event_loop_probe.h"
#include "ui/main_window.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/stages_panel.h"
#include "ui/theme.h"
#include "ui/widgets/banner.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

using namespace portrait;

namespace {
constexpr int kWait = 240000;
}

class StudioTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void opens_runs_pauses_orbits_exports_and_closes() {
    apply_theme(*qApp);
    const Shipped shipped = Shipped::find();
    if (shipped.missing()) QSKIP(shipped.missing());
    const auto& [pack, photo] = shipped;
    QTemporaryDir folder;

    Settings settings;
    settings.apply_preset("draft");
    settings.set("mesh.resolution", std::int64_t{64});
    settings.set("turntable.frames", std::int64_t{2});
    SessionOptions options;
    options.pack = pack;
    options.settings = std::make_shared<const Settings>(settings);
    WindowOptions window_options;
    window_options.ask_before_losing = false;  // nobody is here to answer
    window_options.pack = pack;
    QElapsedTimer clock;
    clock.start();
    MainWindow window(std::make_unique<Session>(options), window_options);
    window.resize(1280, 800);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    qInfo("first paint after %lld ms", clock.elapsed());
    EventLoopProbe probe;
    probe.start();

    window.open_path(QString::fromStdString(photo.string()));
    QTRY_VERIFY_WITH_TIMEOUT(
        window.snapshot().has_head() || !window.viewport().banner()->text().isEmpty(), kWait);
    QVERIFY2(window.snapshot().has_head(), qPrintable(window.viewport().banner()->text()));
    qInfo("first head after %.1f s", window.snapshot().first_head_s);
    QVERIFY(window.snapshot().photo != nullptr && !window.snapshot().photo->crop.empty());
    QTRY_VERIFY_WITH_TIMEOUT(window.viewport().settled(), kWait);

    QTest::mouseClick(window.stages().run_button(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(window.snapshot().stage == 1 && window.snapshot().stages[1].step >= 2,
                             kWait);
    QTest::mouseClick(window.stages().run_button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(window.snapshot().state, SessionState::kPaused, kWait);

    window.viewport().look_from({60, 0});
    QTRY_VERIFY_WITH_TIMEOUT(window.snapshot().frame != nullptr &&
                                 window.snapshot().frame->resting &&
                                 same_camera(window.snapshot().frame->camera,
                                             window.viewport().view().camera()),
                             kWait);
    QTRY_VERIFY_WITH_TIMEOUT(window.viewport().settled(), kWait);

    window.exporting().set_folder(folder.path());
    for (QCheckBox* box : window.exporting().findChildren<QCheckBox*>()) {
      if (box->text() == "Mesh · OBJ") box->setChecked(true);
    }
    auto* programs = window.exporting().findChild<QComboBox*>();
    programs->setCurrentIndex(programs->findText("Unreal"));
    QCOMPARE(int(window.exporting().request().preset), int(MeshPreset::kUnreal));
    QTest::mouseClick(window.exporting().export_button(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(window.snapshot().exporting.state == ExportStatus::State::kDone ||
                                 window.snapshot().exporting.state == ExportStatus::State::kFailed,
                             kWait);
    QCOMPARE(window.snapshot().exporting.error, std::string());
    QVERIFY(QFileInfo(folder.filePath("head.glb")).size() > 1000);
    QVERIFY(QFileInfo(folder.filePath("head_texture.png")).size() > 1000);
    const ExportedMesh& mesh = window.snapshot().exporting.mesh;
    QVERIFY(mesh.triangles > 1000 && mesh.watertight && mesh.height_mm > 200);
    QCOMPARE(mesh.texture_px, 2048);
    QVERIFY(mesh.photo_pixels_per_texel > 0);
    const auto notes = window.exporting().findChildren<QLabel*>();
    QVERIFY(std::any_of(notes.begin(), notes.end(), [](const QLabel* note) {
      return note->isVisibleTo(note->window()) && note->text().contains("triangles");
    }));
    if (qEnvironmentVariableIsSet("PORTRAIT_SCREENSHOTS")) {
      window.exporting().grab().save(qEnvironmentVariable("PORTRAIT_SCREENSHOTS") + "/exported.png");
    }
    QVERIFY(QFileInfo(folder.filePath("turntable.mp4")).size() > 1000);

    QTest::mouseClick(window.stages().run_button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(window.snapshot().state, SessionState::kRunning, kWait);
    window.close();
    QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), kWait);
    probe.stop();
    qInfo("%s", probe.report().text().c_str());
  }
};

QTEST_MAIN(StudioTest)
#include "studio_test.moc"

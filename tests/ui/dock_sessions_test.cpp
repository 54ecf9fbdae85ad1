// SPDX-License-Identifier: Apache-2.0
// A session for each dock with the pack that ships and the sample photo: what is set there reaches
// the head that forms. Viewpoints, art direction and timeline are in long_session_test, Inspect in
// inspect_test, Export in studio_test. Skipped where pack or photo is not there. Set
// PORTRAIT_SCREENSHOTS to keep a picture of each state.
#include "core/base/settings.h"
#include "core/session/session.h"
#include "tests/ui/shipped.h"
#include "ui/cutout_dialog.h"
#include "ui/main_window.h"
#include "ui/panels/guidance_panel.h"
#include "ui/panels/lens_editor.h"
#include "ui/panels/noise_panel.h"
#include "ui/panels/painted_view_panel.h"
#include "ui/panels/photo_panel.h"
#include "ui/panels/settings_panel.h"
#include "ui/panels/stages_panel.h"
#include "ui/photo_editor.h"
#include "ui/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/cutout_canvas.h"
#include "ui/widgets/matte_edit.h"
#include "ui/widgets/thumbnail.h"
#include "ui/widgets/value_slider.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QLineEdit>
#include <QPushButton>
#include <QSlider>
#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

constexpr int kWait = 300000;

// An opened photo and its first head.
struct Studio {
  QTemporaryDir folder;
  std::unique_ptr<MainWindow> window;

  Studio(const fs::path& pack, const std::vector<const char*>& assignments) {
    Settings settings;
    settings.apply_preset("draft");
    for (const char* assignment : assignments) settings.set_assignment(assignment);
    SessionOptions session;
    session.pack = pack;
    session.settings = std::make_shared<const Settings>(settings);
    session.autosave_folder = folder.path().toStdString();
    WindowOptions options;
    options.ask_before_losing = false;  // nobody is here to answer
    options.pack = pack;
    options.autosave_folder = session.autosave_folder;
    window = std::make_unique<MainWindow>(std::make_unique<Session>(session), options);
    window->resize(1440, 900);
    window->show();
  }
  void open(const fs::path& photo) {
    QVERIFY(QTest::qWaitForWindowExposed(window.get()));
    window->open_path(QString::fromStdString(photo.string()));
    QTRY_VERIFY_WITH_TIMEOUT(now().has_head() || !window->viewport().banner()->text().isEmpty(),
                             kWait);
    QVERIFY2(now().has_head(), qPrintable(window->viewport().banner()->text()));
  }
  const Snapshot& now() const { return window->snapshot(); }
  const StageInfo& stage(std::size_t index) const { return now().stages[index]; }
  void press(QPushButton* button) { QTest::mouseClick(button, Qt::LeftButton); }
  void pause() {
    press(window->stages().run_button());
    QTRY_COMPARE_WITH_TIMEOUT(now().state, SessionState::kPaused, kWait);
  }
  void keep(const char* name) {
    const QString to = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
    if (to.isEmpty()) return;
    QDir().mkpath(to);
    window->grab().save(to + "/dock_" + name + ".png");
  }
};

// Detail alone, in little.
const std::vector<const char*> kPainting = {"photo_fit=false", "detail.iterations=4",
                                            "detail.viewpoints=30,0 -30,0 90,0"};

double largest_difference(const Image& a, const Image& b) {
  if (a.pixels.size() != b.pixels.size()) return 1;
  double most = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    most = std::max(most, double(std::abs(a.pixels[i] - b.pixels[i])));
  }
  return most;
}

}  // namespace

class DockSessionsTest : public QObject {
  Q_OBJECT

  fs::path pack_;
  fs::path photo_;

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    const Shipped shipped = Shipped::find();
    if (shipped.missing()) QSKIP(shipped.missing());
    pack_ = shipped.pack;
    photo_ = shipped.photo;
  }

  // A told lens and a painted cut-out each make another first head.
  void photo() {
    Studio studio(pack_, {});
    studio.open(photo_);
    const auto front = [&] {
      const auto& ring = studio.now().ring;
      return ring && !ring->empty() ? ring->front().rgba : Image();
    };
    QTRY_VERIFY_WITH_TIMEOUT(!front().empty(), kWait);
    const Image found = front();
    LensEditor& lens = *studio.window->photo().lens();
    lens.field()->setText("60");
    QTest::keyClick(lens.field(), Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(std::abs(studio.now().photo->field_of_view_deg - 60) < 0.01, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(!front().empty() && largest_difference(front(), found) > 0.02, kWait);
    const Image told = front();

    studio.window->photo_editor().edit_cutout();
    CutoutDialog* dialog = studio.window->photo_editor().dialog();
    QVERIFY(dialog != nullptr && QTest::qWaitForWindowExposed(dialog));
    CutoutCanvas& canvas = dialog->canvas();
    QTest::mousePress(&canvas, Qt::RightButton, {}, canvas.on_screen({256, 230}).toPoint());
    QTest::mouseRelease(&canvas, Qt::RightButton, {}, canvas.on_screen({256, 230}).toPoint());
    dialog->apply_button()->click();
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->photo_editor().dialog() == nullptr, kWait);
    QVERIFY(!studio.now().photo->found_matte.empty());
    QTRY_VERIFY_WITH_TIMEOUT(!front().empty() && largest_difference(front(), told) > 0.02, kWait);
    studio.keep("photo");
  }

  // One step at a time, on, paused, on, and stopped: the head of then stays and can be exported.
  void stages() {
    Studio studio(pack_, {"photo_fit.minutes=20", "photo_fit.steps_max=2000"});
    studio.open(photo_);
    StagesPanel& stages = studio.window->stages();
    for (int step = 1; step <= 2; ++step) {
      QTRY_VERIFY_WITH_TIMEOUT(stages.step_button()->isEnabled(), kWait);
      studio.press(stages.step_button());
      QTRY_COMPARE_WITH_TIMEOUT(studio.stage(1).step, step, kWait);
      QTRY_COMPARE_WITH_TIMEOUT(studio.now().state, SessionState::kPaused, kWait);
    }
    studio.press(stages.run_button());
    QTRY_VERIFY_WITH_TIMEOUT(studio.stage(1).step >= 5, kWait);
    studio.pause();
    const int reached = studio.stage(1).step;
    QCOMPARE(studio.stage(1).steps, 2000);
    studio.keep("stages_paused");
    studio.press(stages.run_button());
    QTRY_VERIFY_WITH_TIMEOUT(studio.stage(1).step > reached, kWait);
    studio.press(stages.stop_button());
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().state, SessionState::kFinished, kWait);
    QCOMPARE(studio.stage(1).state, StageState::kStopped);
    QCOMPARE(studio.stage(2).state, StageState::kSkipped);
    QCOMPARE(studio.stage(3).state, StageState::kSkipped);
    QVERIFY(studio.now().has_head() && studio.now().front.psnr_db > 10);
    studio.keep("stages_stopped");
  }

  // Geometry, whose network the pack has, switched on among the settings and run.
  void geometry() {
    Studio studio(pack_, {"photo_fit=false", "detail=false", "geometry=true", "geometry.steps=2"});
    studio.open(photo_);
    QCOMPARE(studio.stage(2).state, StageState::kWaiting);
    studio.press(studio.window->stages().run_button());
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().state, SessionState::kFinished, kWait);
    QCOMPARE(studio.now().error, std::string());
    QCOMPARE(studio.stage(2).state, StageState::kDone);
    QCOMPARE(studio.stage(2).step, 2);
    studio.keep("geometry");
  }

  // Weights act on the painting that goes on; a control alone; A against what is.
  void guidance() {
    Studio studio(pack_, kPainting);
    studio.open(photo_);
    GuidancePanel& guidance = studio.window->guidance();
    for (int control = 0; control < 3; ++control) QVERIFY(guidance.weight(control)->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(guidance.keep_button()->isEnabled(), kWait);
    studio.press(guidance.keep_button());
    studio.press(studio.window->stages().run_button());
    QTRY_VERIFY_WITH_TIMEOUT(studio.stage(3).step >= 1, kWait);
    guidance.weight(0)->findChild<QSlider*>()->setValue(100);
    studio.press(guidance.mute_button(2));
    QTRY_VERIFY_WITH_TIMEOUT(!studio.now().settings->get<bool>("hpdm.geometry_prior"), kWait);
    QVERIFY(studio.now().settings->get<double>("hpdm.w_ex") < 0.5);
    studio.press(guidance.solo_button(1));
    QTRY_VERIFY_WITH_TIMEOUT(!studio.now().settings->get<bool>("hpdm.explicit"), kWait);
    const int then = studio.stage(3).step;
    QTRY_VERIFY_WITH_TIMEOUT(studio.stage(3).step > then, kWait);
    QCOMPARE(studio.now().error, std::string());
    studio.pause();
    Viewport& viewport = studio.window->viewport();
    QTest::mousePress(guidance.hold_button(), Qt::LeftButton);
    QVERIFY(viewport.holds_kept());
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), kWait);
    studio.keep("guidance_held");
    QTest::mouseRelease(guidance.hold_button(), Qt::LeftButton);
    QVERIFY(!viewport.holds_kept());
    studio.keep("guidance");
  }

  // Every view that is painted is told, with its noise, scores and pictures; another mode acts
  // live.
  void noise() {
    Studio studio(pack_, kPainting);
    studio.open(photo_);
    NoisePanel& noise = studio.window->noise();
    studio.press(studio.window->stages().run_button());
    const auto judged = [&] {
      if (!studio.now().refined) return 0;
      int sum = 0;
      for (const RefinedView& view : *studio.now().refined) sum += view.judged;
      return sum;
    };
    QTRY_VERIFY_WITH_TIMEOUT(judged() >= 2, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(noise.table()->isVisible(), kWait);
    QCOMPARE(noise.table()->rows(), 3);
    QTest::mouseClick(noise.table(), Qt::LeftButton, {},
                      QPoint(20, NoiseTable::kRow + NoiseTable::kRow / 2));
    QCOMPARE(studio.window->painted_view().selected(), 0);
    QVERIFY(!studio.window->painted_view().picture(2).image().isNull());
    noise.mode()->setCurrentIndex(noise.mode()->findData("fixed"));
    Q_EMIT noise.mode()->activated(noise.mode()->currentIndex());
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().settings->get<std::string>("noise.mode"),
                              std::string("fixed"), kWait);
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().state, SessionState::kFinished, kWait);
    QCOMPARE(studio.now().error, std::string());
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    studio.keep("noise");
  }
};

QTEST_MAIN(DockSessionsTest)
#include "dock_sessions_test.moc"

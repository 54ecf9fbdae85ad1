// SPDX-License-Identifier: Apache-2.0
// The panels that say how the head is painted, over the real worker with a bust for a head. Set
// PORTRAIT_SCREENSHOTS to a folder to keep a picture of each state.
#include "core/base/settings.h"
#include "core/session/session.h"
#include "tests/ui/bust_engine.h"
#include "tests/ui/let_run.h"
#include "ui/main_window.h"
#include "ui/panels/formation_strip.h"
#include "ui/panels/guidance_panel.h"
#include "ui/panels/noise_panel.h"
#include "ui/panels/painted_view_panel.h"
#include "ui/panels/prompt_field.h"
#include "ui/panels/stages_panel.h"
#include "ui/theme.h"
#include "ui/widgets/formation_timeline.h"
#include "ui/widgets/thumbnail.h"
#include "ui/widgets/value_slider.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSlider>
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
    auto session = std::make_unique<Session>(
        SessionOptions{},
        [script = script](const SessionOptions&) { return std::make_unique<BustEngine>(script); });
    window = std::make_unique<MainWindow>(std::move(session), options);
    window->resize(1440, 900);
    window->show();
  }
  const Snapshot& now() const { return window->snapshot(); }
  void keep(const char* name) {
    const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    window->grab().save(folder + "/" + name + ".png");
  }
  template <typename T>
  T in_force(const char* key) const {
    return now().settings->get<T>(key);
  }
};

}  // namespace

class PanelsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    QImage image(256, 256, QImage::Format_RGB32);
    image.fill(qRgb(90, 100, 110));
    QVERIFY(image.save(photo()));
  }

  void a_pack_that_reads_texts_has_a_prompt() {
    GuidancePanel panel;
    panel.show();
    Snapshot snapshot;
    snapshot.hpdm.explicit_branch = true;
    panel.show_snapshot(snapshot);
    PromptField& field = *panel.prompt_field();
    QVERIFY(!field.isVisible());
    snapshot.hpdm.reads_text = true;
    panel.show_snapshot(snapshot);
    QVERIFY(field.isVisible());
    Settings settings;
    panel.show_settings(settings);
    QCOMPARE(field.prompt()->text().toStdString(), settings.get<std::string>("diffusion.prompt"));
    std::vector<std::shared_ptr<const Settings>> given;
    connect(&panel, &GuidancePanel::changed, &panel,
            [&](const std::shared_ptr<const Settings>& changed) { given.push_back(changed); });
    field.prompt()->selectAll();
    QTest::keyClicks(field.prompt(), "an old woman");
    QVERIFY(given.empty());  // not before it is done
    QTest::keyClick(field.prompt(), Qt::Key_Return);
    QCOMPARE(given.size(), std::size_t{1});
    QCOMPARE(given[0]->get<std::string>("diffusion.prompt"), std::string("an old woman"));
    QTest::keyClicks(field.negative(), "hat");
    QTest::keyClick(field.negative(), Qt::Key_Return);
    QCOMPARE(given.size(), std::size_t{2});
    QCOMPARE(given[1]->get<std::string>("diffusion.negative_prompt"), std::string("hat"));
    const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
    if (!folder.isEmpty() && QDir().mkpath(folder)) panel.grab().save(folder + "/prompt.png");
  }

  void weights_are_moved_muted_and_heard_alone() {
    Studio studio;
    open(studio);
    GuidancePanel& guidance = studio.window->guidance();
    guidance.weight(1)->findChild<QSlider*>()->setValue(250);  // a quarter of 0 to 2
    QTRY_COMPARE_WITH_TIMEOUT(studio.in_force<double>("hpdm.w_im"), 0.5, kWait);
    QCOMPARE(studio.in_force<double>("hpdm.w_ex"), 1.0);

    QTest::mouseClick(guidance.mute_button(2), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!studio.in_force<bool>("hpdm.geometry_prior"), kWait);
    QVERIFY(!guidance.weight(2)->isEnabled());
    QCOMPARE(studio.in_force<double>("hpdm.w_geo"), 1.0);

    // Alone, then another one alone, then all as they were: the third still muted.
    QTest::mouseClick(guidance.solo_button(0), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!studio.in_force<bool>("hpdm.implicit"), kWait);
    QVERIFY(studio.in_force<bool>("hpdm.explicit"));
    QTest::mouseClick(guidance.solo_button(1), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(studio.in_force<bool>("hpdm.implicit"), kWait);
    QVERIFY(!studio.in_force<bool>("hpdm.explicit"));
    QVERIFY(!guidance.solo_button(0)->isChecked() && guidance.solo_button(1)->isChecked());
    QTest::mouseClick(guidance.solo_button(1), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(studio.in_force<bool>("hpdm.explicit"), kWait);
    QVERIFY(studio.in_force<bool>("hpdm.implicit"));
    QVERIFY(!studio.in_force<bool>("hpdm.geometry_prior"));

    // What is typed out of the range is not taken.
    auto* field = guidance.weight(0)->findChild<QLineEdit*>();
    field->setText("7");
    QTest::keyClick(field, Qt::Key_Return);
    QCOMPARE(field->text(), QString("1"));
    QCOMPARE(studio.in_force<double>("hpdm.w_ex"), 1.0);
  }

  void branch_without_weights_cannot_be_moved() {
    Studio studio;
    studio.script->has_implicit = false;
    open(studio);
    GuidancePanel& guidance = studio.window->guidance();
    QVERIFY(guidance.weight(0)->isEnabled() && guidance.weight(2)->isEnabled());
    QVERIFY(!guidance.weight(1)->isEnabled() && !guidance.mute_button(1)->isEnabled());
    QVERIFY(guidance.weight(1)->toolTip().contains("no effect"));
  }

  void kept_frame_is_held_against_the_new_one() {
    Studio studio;
    open(studio);
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().frame != nullptr, kWait);
    GuidancePanel& guidance = studio.window->guidance();
    Viewport& viewport = studio.window->viewport();
    QTRY_VERIFY_WITH_TIMEOUT(guidance.keep_button()->isEnabled(), kWait);
    const auto kept = studio.now().frame;
    QTest::mouseClick(guidance.keep_button(), Qt::LeftButton);
    guidance.weight(0)->findChild<QSlider*>()->setValue(1000);
    QTRY_COMPARE_WITH_TIMEOUT(studio.in_force<double>("hpdm.w_ex"), 2.0, kWait);
    viewport.look_from({60, 0});
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().frame != kept, kWait);

    QTest::mousePress(guidance.hold_button(), Qt::LeftButton);
    QVERIFY(viewport.holds_kept());
    QCOMPARE(viewport.scene().frame.get(), kept.get());
    QVERIFY(same_camera(viewport.scene().camera, kept->camera));
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), kWait);
    studio.keep("guidance_held");
    QTest::mouseRelease(guidance.hold_button(), Qt::LeftButton);
    QVERIFY(!viewport.holds_kept());
    QVERIFY(same_camera(viewport.scene().camera, viewport.view().camera()));

    QTest::mouseClick(guidance.return_button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(studio.in_force<double>("hpdm.w_ex"), 1.0, kWait);
  }

  void noise_is_set_and_watched_view_by_view() {
    Studio studio;
    studio.script->paints = true;
    studio.script->steps_planned = 100;
    open(studio);
    NoisePanel& noise = studio.window->noise();
    QVERIFY(!noise.table()->isVisible() && !studio.window->painted_view().shows_pictures());
    noise.sigma()->findChild<QSlider*>()->setValue(350);
    QTRY_COMPARE_WITH_TIMEOUT(studio.in_force<double>("noise.sigma"), 0.35, kWait);
    noise.mode()->setCurrentIndex(noise.mode()->findData("random"));
    Q_EMIT noise.mode()->activated(noise.mode()->currentIndex());
    QTRY_COMPARE_WITH_TIMEOUT(studio.in_force<std::string>("noise.mode"), std::string("random"),
                              kWait);

    studio.window->session().start();
    QTRY_VERIFY_WITH_TIMEOUT(studio.script->steps >= 60, kWait);
    studio.window->session().pause();
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().state, SessionState::kPaused, kWait);
    QCOMPARE(noise.table()->rows(), 13);
    QVERIFY(noise.table()->isVisible() && studio.window->painted_view().shows_pictures());

    // A click on the fourth line looks from there, and its pictures are shown.
    const auto& fourth = (*studio.now().refined)[3];
    QTest::mouseClick(noise.table(), Qt::LeftButton, {},
                      QPoint(20, 4 * NoiseTable::kRow + NoiseTable::kRow / 2));
    QCOMPARE(studio.window->painted_view().selected(), 3);
    QCOMPARE(studio.window->viewport().view().viewpoint().azimuth_deg,
             fourth.viewpoint.azimuth_deg);
    const QImage shown = studio.window->painted_view().picture(2).image();
    QCOMPARE(shown.width(), fourth.target.width);
    // What is not known shows the ground instead of the neighbour's picture, and is void.
    const QImage projected = studio.window->painted_view().picture(1).image();
    QCOMPARE(projected.pixelColor(2, 24), theme().statusbar);
    const QImage empty = studio.window->painted_view().picture(3).image();
    QCOMPARE(empty.pixelColor(2, 24), QColor(Qt::white));
    QCOMPARE(empty.pixelColor(40, 24), QColor(Qt::black));
    // Turning to another side selects the viewpoint there.
    studio.window->viewport().look_from({178, 0});
    const int behind = studio.window->painted_view().selected();
    QCOMPARE(std::abs((*studio.now().refined)[std::size_t(behind)].viewpoint.azimuth_deg), 180.0);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
    let_run(300);
    studio.keep("painting");
  }

  void formation_is_gone_back_in_and_on_from() {
    Studio studio;
    studio.script->step_ms = 40;
    studio.script->steps_planned = 5000;
    studio.script->restarts_everywhere = true;
    open(studio);
    FormationStrip& strip = studio.window->formation();
    QCOMPARE(strip.timeline()->line().size(), std::size_t(1));
    QCOMPARE(strip.timeline()->place(studio.now().elapsed_s), 0.0);
    // The first head stands at the left end, and nothing beside it yet.
    const QImage alone = strip.timeline()->grab().toImage();
    const auto varied = [&](int from, int to) {
      const QRgb first = alone.pixel(from + 8, alone.height() / 2);
      for (int x = from + 8; x < to - 8; ++x) {
        if (alone.pixel(x, alone.height() / 2) != first) return true;
      }
      return false;
    };
    QVERIFY(varied(0, 52));
    QVERIFY(!varied(alone.width() - 52, alone.width()));
    studio.window->session().start();
    QTRY_VERIFY_WITH_TIMEOUT(strip.timeline()->line().size() >= 5, kWait);
    studio.window->session().pause();
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().state, SessionState::kPaused, kWait);
    QVERIFY(!strip.continue_button()->isVisible() && !strip.now_button()->isVisible());
    const auto line = strip.timeline()->line();
    const double total = studio.now().elapsed_s + studio.now().time_left_s;

    // Looking back shows the head of then and leaves the run alone.
    const double x = strip.timeline()->width() * line[2]->seconds / total;
    QTest::mouseClick(strip.timeline(), Qt::LeftButton, {}, QPoint(int(std::lround(x)), 20));
    QCOMPARE(strip.looked_at(), line[2]->id);
    Viewport& viewport = studio.window->viewport();
    QCOMPARE(viewport.scene().volume.get(), line[2]->volume.get());
    QVERIFY(strip.continue_button()->isVisible() && strip.now_button()->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), kWait);
    studio.keep("formation_back");
    QTest::keyClick(strip.timeline(), Qt::Key_Left);
    QCOMPARE(viewport.scene().volume.get(), line[1]->volume.get());
    QTest::keyClick(strip.timeline(), Qt::Key_Escape);
    QCOMPARE(viewport.scene().volume.get(), studio.now().volume.get());
    QCOMPARE(studio.now().state, SessionState::kPaused);

    // Going on from there leaves the rest as a branch.
    strip.look_at(line[2]->id);
    QTest::mouseClick(strip.continue_button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().formation->tip, line[2]->id, kWait);
    QCOMPARE(studio.now().state, SessionState::kPaused);
    QCOMPARE(int(studio.script->steps), line[2]->step);
    QTRY_COMPARE_WITH_TIMEOUT(strip.timeline()->line().size(), std::size_t(3), kWait);
    QVERIFY(strip.branches_button()->isVisible());
    QCOMPARE(strip.looked_at(), std::uint64_t(0));
    studio.window->session().resume();
    QTRY_VERIFY_WITH_TIMEOUT(strip.timeline()->line().size() >= 5, kWait);
    QCOMPARE(strip.timeline()->line()[2]->id, line[2]->id);
    QVERIFY(strip.timeline()->line()[3]->id > line.back()->id);

    // And back to the branch that was left.
    const auto ends = studio.now().formation->other_ends();
    QCOMPARE(ends.size(), std::size_t(1));
    strip.branches_button()->menu()->actions().front()->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().formation->tip, ends.front()->id, kWait);
    QCOMPARE(studio.now().state, SessionState::kPaused);

    // The film goes through all of it and ends at now.
    QTest::mouseClick(strip.play_button(), Qt::LeftButton);
    QVERIFY(strip.looked_at() != 0);
    QTRY_COMPARE_WITH_TIMEOUT(strip.looked_at(), std::uint64_t(0), kWait);
  }

 private:
  QString photo() const { return folder_.filePath("photo.png"); }
  void open(Studio& studio) {
    studio.window->open_path(photo());
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().state, SessionState::kReady, kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
  }

  QTemporaryDir folder_;
};

QTEST_MAIN(PanelsTest)
#include "panels_test.moc"

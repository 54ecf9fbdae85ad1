// SPDX-License-Identifier: Apache-2.0
// The Viewpoints panel: the sphere of beads under mouse and keyboard, and what its edits become in
// the window. Set PORTRAIT_SCREENSHOTS to a folder to keep pictures.
#include "core/base/angle_list.h"
#include "core/base/settings.h"
#include "core/session/session.h"
#include "tests/ui/bust_engine.h"
#include "ui/main_window.h"
#include "ui/panels/panel_parts.h"
#include "ui/panels/ring_editor.h"
#include "ui/panels/settings_panel.h"
#include "ui/panels/viewpoints_panel.h"
#include "ui/theme.h"
#include "ui/widgets/thumbnail.h"
#include "ui/widgets/value_slider.h"
#include "ui/widgets/viewpoint_sphere.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QDir>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QWheelEvent>
#include <QtTest>

using namespace portrait;

namespace {

constexpr int kWait = 60000;

Ring ring_of(const char* text) {
  Settings settings;
  settings.set("detail.viewpoints", std::string(text));
  return viewpoint_rig(settings);
}

// A sphere by itself, with what it has said.
struct Stand {
  ViewpointSphere sphere;
  QSignalSpy edits{&sphere, &ViewpointSphere::edited};
  QSignalSpy looks{&sphere, &ViewpointSphere::look_requested};

  explicit Stand(const char* text = "0,0 30,0 -30,0 60,0 0,45") {
    sphere.show_ring(ring_of(text));
    sphere.resize(240, 220);
    sphere.show();
    edits.clear();
  }
  QString text() const { return QString::fromStdString(viewpoints_text(sphere.ring())); }
  QString said() const { return edits.isEmpty() ? QString() : edits.last().first().toString(); }
  // Of a sphere that was not turned.
  QPoint at(const Viewpoint& viewpoint) const {
    return SphereView(QRectF(sphere.rect())).place(viewpoint).at.toPoint();
  }
  QPoint bead(int index) const { return sphere.bead_at(index).toPoint(); }
  void drag(const QPoint& from, const QPoint& to, bool drop = true) {
    QTest::mousePress(&sphere, Qt::LeftButton, {}, from);
    for (int part = 1; part <= 4; ++part) {
      QTest::mouseMove(&sphere, from + (to - from) * part / 4);
    }
    if (drop) QTest::mouseRelease(&sphere, Qt::LeftButton, {}, to);
  }
  void click(int index) { QTest::mouseClick(&sphere, Qt::LeftButton, {}, bead(index)); }
  void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
    QTest::keyClick(&sphere, key, modifiers);
  }
  bool wheel(const QPoint& at, int angle) {
    QWheelEvent event(at, sphere.mapToGlobal(at), {}, {0, angle}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(&sphere, &event);
    return event.isAccepted();
  }
  // Triggers an entry of the menu under a point; false where it has none that can be chosen.
  bool choose(const QPoint& at, const QString& entry) {
    QContextMenuEvent event(QContextMenuEvent::Mouse, at, sphere.mapToGlobal(at));
    QApplication::sendEvent(&sphere, &event);
    auto* menu = sphere.findChild<QMenu*>(QString(), Qt::FindDirectChildrenOnly);
    if (menu == nullptr) return false;
    bool chosen = false;
    for (QAction* action : menu->findChildren<QAction*>()) {
      if (action->text() != entry || !action->isEnabled() || chosen) continue;
      action->trigger();
      chosen = true;
    }
    delete menu;
    return chosen;
  }
};

}  // namespace

class ViewpointsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    QVERIFY(folder_.isValid());
    QImage image(512, 512, QImage::Format_RGB32);
    image.fill(qRgb(150, 120, 100));
    QVERIFY(image.save(folder_.filePath("photo.png")));
  }

  void what_is_seen_is_what_is_under_the_pointer() {
    SphereView view(QRectF(0, 0, 240, 220));
    view.turn({37, -20});
    for (const Viewpoint& v : {Viewpoint{20, 10}, {150, -35}, {-100, 60}, {180, 0}}) {
      const auto [at, nearness] = view.place(v);
      const Viewpoint back = view.under(at, nearness < 0);
      QVERIFY(std::abs(std::remainder(back.azimuth_deg - v.azimuth_deg, 360)) < 1e-6);
      QVERIFY(std::abs(back.elevation_deg - v.elevation_deg) < 1e-6);
      QVERIFY(view.covers(at));
    }
    QVERIFY(!view.covers({2, 2}));
  }

  void a_bead_is_dragged() {
    Stand stand;
    stand.drag(stand.bead(1), stand.at({45, 20}));
    QCOMPARE(stand.edits.count(), 1);  // one edit, whatever way it took
    const Viewpoint there = stand.sphere.ring()[1].viewpoint;
    QVERIFY(std::abs(there.azimuth_deg - 45) <= 1 && std::abs(there.elevation_deg - 20) <= 1);
    QCOMPARE(stand.said(),
             QString("0,0 %1,%2 -30,0 60,0 0,45").arg(there.azimuth_deg).arg(there.elevation_deg));
    QCOMPARE(stand.sphere.current(), 1);
    // A click moves nothing, and a drag that is given up neither.
    stand.click(2);
    QCOMPARE(stand.sphere.current(), 2);
    const QString before = stand.text();
    stand.drag(stand.bead(2), stand.at({-50, 30}), false);
    QVERIFY(stand.text() != before);  // it is shown as it is dragged
    QCOMPARE(stand.edits.count(), 1);
    stand.key(Qt::Key_Escape);
    QTest::mouseRelease(&stand.sphere, Qt::LeftButton, {}, stand.at({-50, 30}));
    QCOMPARE(stand.text(), before);
    QCOMPARE(stand.edits.count(), 1);
  }

  void a_bead_stays_within_the_setting() {
    Stand stand;
    stand.drag(stand.bead(4), stand.at({0, 89}));
    QVERIFY2(stand.said().endsWith(",80"), qPrintable(stand.said()));
    // Onto another one it does not go.
    Stand other;
    other.drag(other.bead(1), other.bead(0));
    QCOMPARE(other.sphere.ring().size(), std::size_t(5));
    QVERIFY(!(other.sphere.ring()[1].viewpoint == Viewpoint{0, 0}));
    QVERIFY(parse_angle_list(viewpoints_text(other.sphere.ring())).size() == 5);
  }

  void pulled_outwards_a_bead_comes_round() {
    Stand stand("0,0 85,0");
    const QPoint from = stand.bead(1);
    stand.drag(from, from + QPoint(25, 0));
    const double azimuth = stand.sphere.ring()[1].viewpoint.azimuth_deg;
    QVERIFY2(azimuth > 95 && azimuth < 170, std::to_string(azimuth).c_str());
  }

  void the_sphere_is_turned_beside_the_beads() {
    Stand stand;
    const QPoint before = stand.bead(0);
    stand.drag(stand.at({-15, -40}), stand.at({-15, -40}) + QPoint(40, 0));
    QVERIFY(stand.bead(0).x() > before.x() + 20);
    QVERIFY(stand.edits.isEmpty());
    // What is seen now is what is dragged now.
    stand.drag(stand.bead(0), stand.bead(0) + QPoint(0, -20));
    QCOMPARE(stand.edits.count(), 1);
    QVERIFY(stand.sphere.ring()[0].viewpoint.elevation_deg > 5);
  }

  void a_double_click_adds_one_or_looks() {
    Stand stand;
    QTest::mouseDClick(&stand.sphere, Qt::LeftButton, {}, stand.at({-60, 30}));
    QCOMPARE(stand.sphere.ring().size(), std::size_t(6));
    const Viewpoint there = stand.sphere.ring()[5].viewpoint;
    QVERIFY(std::abs(there.azimuth_deg + 60) <= 1 && std::abs(there.elevation_deg - 30) <= 1);
    QVERIFY(stand.said().startsWith("0,0 30,0 -30,0 60,0 0,45 -"));
    QCOMPARE(stand.sphere.current(), 5);
    QTest::mouseDClick(&stand.sphere, Qt::LeftButton, {}, QPoint(3, 3));  // beside the sphere
    QTest::mouseDClick(&stand.sphere, Qt::LeftButton, {}, stand.bead(3));
    QCOMPARE(stand.edits.count(), 1);
    QCOMPARE(stand.looks.count(), 1);
    QVERIFY(stand.looks.last().first().value<Viewpoint>() == (Viewpoint{60, 0}));
  }

  void as_many_as_the_setting_takes() {
    std::string text;
    for (int i = 0; i < 32; ++i) text += std::to_string(5 * i) + ",-20 ";
    Stand stand(text.c_str());
    QTest::mouseDClick(&stand.sphere, Qt::LeftButton, {}, stand.at({0, 50}));
    QCOMPARE(stand.sphere.ring().size(), std::size_t(32));
    Stand alone("10,0");
    alone.click(0);
    alone.key(Qt::Key_Delete);
    QCOMPARE(alone.sphere.ring().size(), std::size_t(1));
    QVERIFY(alone.edits.isEmpty() && stand.edits.isEmpty());
  }

  void keys_do_all_of_it() {
    Stand stand;
    stand.key(Qt::Key_Tab);
    QCOMPARE(stand.sphere.current(), 0);
    stand.key(Qt::Key_Tab);
    stand.key(Qt::Key_Tab);
    QCOMPARE(stand.sphere.current(), 2);
    stand.key(Qt::Key_Backtab);
    QCOMPARE(stand.sphere.current(), 1);
    stand.key(Qt::Key_Right);
    QCOMPARE(stand.said(), QString("0,0 35,0 -30,0 60,0 0,45"));
    stand.key(Qt::Key_Up);
    stand.key(Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(stand.said(), QString("0,0 34,5 -30,0 60,0 0,45"));
    stand.key(Qt::Key_Minus);
    stand.key(Qt::Key_Minus);
    QCOMPARE(stand.said(), QString("0,0 34,5,0.5 -30,0 60,0 0,45"));
    for (int i = 0; i < 4; ++i) stand.key(Qt::Key_Minus);
    QCOMPARE(stand.said(), QString("0,0 34,5,0 -30,0 60,0 0,45"));
    stand.key(Qt::Key_Plus);
    stand.key(Qt::Key_PageDown);
    QCOMPARE(stand.said(), QString("0,0 -30,0 34,5,0.25 60,0 0,45"));
    QCOMPARE(stand.sphere.current(), 2);
    stand.key(Qt::Key_PageUp);
    stand.key(Qt::Key_PageUp);
    QCOMPARE(stand.said(), QString("34,5,0.25 0,0 -30,0 60,0 0,45"));
    const int said = int(stand.edits.count());
    stand.key(Qt::Key_PageUp);  // it is the first
    QCOMPARE(int(stand.edits.count()), said);
    stand.key(Qt::Key_Delete);
    QCOMPARE(stand.said(), QString("0,0 -30,0 60,0 0,45"));
    stand.sphere.set_camera({-74.6, 12.3});
    stand.key(Qt::Key_Insert);
    QCOMPARE(stand.said(), QString("0,0 -30,0 60,0 0,45 -75,12"));
    stand.key(Qt::Key_Return);
    QCOMPARE(stand.looks.count(), 1);
  }

  void arrows_keep_to_the_setting_and_pass_other_beads() {
    Stand stand("0,0 178,0 5,0 0,78");
    stand.click(0);
    stand.key(Qt::Key_Right);
    QCOMPARE(stand.said(), QString("10,0 178,0 5,0 0,78"));
    stand.sphere.set_current(1);
    stand.key(Qt::Key_Right);
    QCOMPARE(stand.said(), QString("10,0 -177,0 5,0 0,78"));
    stand.sphere.set_current(3);
    stand.key(Qt::Key_Up);
    QCOMPARE(stand.said(), QString("10,0 -177,0 5,0 0,80"));
    const int said = int(stand.edits.count());
    stand.key(Qt::Key_Up);
    QCOMPARE(int(stand.edits.count()), said);
  }

  void the_wheel_weighs_the_chosen_bead_alone() {
    Stand stand;
    QVERIFY(!stand.wheel(stand.bead(3), 120));  // the panel scrolls
    stand.click(3);
    QVERIFY(stand.wheel(stand.bead(3), 120));
    QCOMPARE(stand.said(), QString("0,0 30,0 -30,0 60,0,1.25 0,45"));
    QVERIFY(stand.wheel(stand.bead(3), -40));  // a third of a notch
    QCOMPARE(stand.edits.count(), 1);
    QVERIFY(stand.wheel(stand.bead(3), -80));
    QCOMPARE(stand.said(), QString("0,0 30,0 -30,0 60,0 0,45"));
    QVERIFY(stand.wheel(stand.bead(3), 120 * 40));
    QCOMPARE(stand.said(), QString("0,0 30,0 -30,0 60,0,4 0,45"));
    QVERIFY(!stand.wheel(QPoint(3, 3), 120));
  }

  void the_menu_does_what_the_keys_do() {
    Stand stand;
    QVERIFY(stand.choose(stand.bead(3), "0 (muted)"));
    QCOMPARE(stand.said(), QString("0,0 30,0 -30,0 60,0,0 0,45"));
    QCOMPARE(describe(*stand.sphere.current_view()), QString("60° right · muted"));
    QVERIFY(stand.choose(stand.bead(3), "Earlier"));
    QCOMPARE(stand.said(), QString("0,0 30,0 60,0,0 -30,0 0,45"));
    QVERIFY(!stand.choose(stand.bead(4), "Later"));
    QVERIFY(stand.choose(stand.bead(4), "Remove"));
    QCOMPARE(stand.said(), QString("0,0 30,0 60,0,0 -30,0"));
    QVERIFY(stand.choose(stand.at({0, 60}), "Add a viewpoint here"));
    QCOMPARE(stand.sphere.ring().size(), std::size_t(5));
    QVERIFY(!stand.choose(QPoint(3, 3), "Add a viewpoint here"));
    QVERIFY(stand.choose(QPoint(3, 3), "Back to the standard ring"));
    QCOMPARE(stand.said().toStdString(), Settings().get<std::string>("detail.viewpoints"));
    QCOMPARE(describe(stand.sphere.ring()[1]), QString("30° right · weight 1.0"));
  }

  // From the bead to the setting that the worker has, and back from wherever it is changed.
  void the_window_takes_edits_as_changes_of_the_setting() {
    auto session = std::make_unique<Session>(SessionOptions{}, [](const SessionOptions&) {
      return std::make_unique<BustEngine>(std::make_shared<BustScript>());
    });
    WindowOptions options;
    options.canvas = CanvasKind::kSoftware;
    MainWindow window(std::move(session), options);
    window.resize(1440, 900);
    window.show();
    auto& panel = *window.findChild<ViewpointsPanel*>();
    QVERIFY(!panel.isVisible());
    window.open_path(folder_.filePath("photo.png"));
    QTRY_VERIFY_WITH_TIMEOUT(
        window.snapshot().ring != nullptr && !window.snapshot().ring->back().rgba.empty(), kWait);
    QVERIFY(panel.isVisible() && !panel.editor().isVisible());
    QTest::mouseClick(panel.edit_button(), Qt::LeftButton);
    QVERIFY(panel.editor().isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(window.viewport().settled(), kWait);
    QTest::qWait(200);
    QVERIFY(!panel.editor().sphere().visibleRegion().isEmpty());
    keep(window, "viewpoints_edit");
    keep(panel, "viewpoints_edit_panel");

    ViewpointSphere& sphere = panel.editor().sphere();
    const auto of_the_worker = [&] {
      return QString::fromStdString(
          window.snapshot().settings->get<std::string>("detail.viewpoints"));
    };
    // With Tab one comes to the first bead.
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    panel.edit_button()->setFocus();
    QTest::keyClick(panel.edit_button(), Qt::Key_Tab);
    QVERIFY(sphere.hasFocus());
    QCOMPARE(sphere.current(), 0);

    QSignalSpy changes(&window.settings(), &SettingsPanel::changed);
    QTest::mouseClick(&sphere, Qt::LeftButton, {}, sphere.bead_at(1).toPoint());
    QTest::keyClick(&sphere, Qt::Key_Up);
    QTest::keyClick(&sphere, Qt::Key_Up);  // faster than the worker answers
    QCOMPARE(changes.count(), 2);
    QVERIFY(sphere.ring()[1].viewpoint == (Viewpoint{30, 10}));
    QTRY_VERIFY_WITH_TIMEOUT(of_the_worker().startsWith("0,0 30,10 -30,0 60,0 "), kWait);
    QCOMPARE(panel.editor().findChild<ElidedLabel*>()->accessibleName(),
             QString("2 · 30° right · 10° up · weight 1.0"));

    // The other ways to weigh, reorder, add and remove.
    auto* field = panel.editor().findChild<ValueSlider*>()->findChild<QLineEdit*>();
    field->setText("0.5");
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(of_the_worker().startsWith("0,0 30,10,0.5 -30,0 60,0 "), kWait);
    press(panel, "Later");
    QTRY_VERIFY_WITH_TIMEOUT(of_the_worker().startsWith("0,0 -30,0 30,10,0.5 60,0 "), kWait);
    window.viewport().look_from({-135, 25});
    press(panel, "Add this view");
    QTRY_VERIFY_WITH_TIMEOUT(of_the_worker().endsWith(" 0,45 -135,25"), kWait);
    sphere.set_current(3);
    QTest::keyClick(&sphere, Qt::Key_Minus, Qt::NoModifier);
    for (int i = 0; i < 3; ++i) QTest::keyClick(&sphere, Qt::Key_Minus);
    QTest::mouseClick(&sphere, Qt::LeftButton, {}, sphere.bead_at(7).toPoint());
    for (int i = 0; i < 8; ++i) QTest::keyClick(&sphere, Qt::Key_Plus);
    QTRY_VERIFY_WITH_TIMEOUT(
        window.snapshot().ring->size() == 14 && !window.snapshot().ring->back().rgba.empty(),
        kWait);
    QTRY_VERIFY_WITH_TIMEOUT(panel.findChildren<Thumbnail*>().size() == 14 &&
                                 !panel.findChildren<Thumbnail*>().back()->image().isNull(),
                             kWait);
    QTRY_VERIFY_WITH_TIMEOUT(window.viewport().settled(), kWait);
    QTest::qWait(200);
    keep(window, "viewpoints_edited");
    keep(panel, "viewpoints_edited_panel");

    // Wherever else the setting is changed, the sphere follows.
    Settings settings = window.settings().settings();
    settings.set("detail.viewpoints", std::string("0,0 90,0"));
    window.settings().show_settings(settings);
    QCOMPARE(sphere.ring().size(), std::size_t(2));
    press(panel, "Reset");
    QCOMPARE(sphere.ring().size(), std::size_t(13));
    QTRY_COMPARE_WITH_TIMEOUT(of_the_worker().toStdString(),
                              Settings().get<std::string>("detail.viewpoints"), kWait);
    QTest::mouseClick(panel.edit_button(), Qt::LeftButton);
    QVERIFY(!panel.editor().isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(!panel.findChildren<Thumbnail*>()[1]->image().isNull(), kWait);
    QTest::qWait(200);
    keep(window, "viewpoints");
  }

 private:
  static void keep(QWidget& widget, const QString& name) {
    const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    widget.grab().save(folder + "/" + name + ".png");
  }
  static void press(ViewpointsPanel& panel, const QString& text) {
    for (QPushButton* button : panel.findChildren<QPushButton*>()) {
      if (button->text() == text) return QTest::mouseClick(button, Qt::LeftButton);
    }
    QFAIL("There is no such button");
  }

  QTemporaryDir folder_;
};

QTEST_MAIN(ViewpointsTest)
#include "viewpoints_test.moc"

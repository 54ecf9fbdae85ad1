// SPDX-License-Identifier: Apache-2.0
// What the artist says of the photo: the cut-out under the brush, the lens, the face; over the real
// worker with a bust for a head. Set PORTRAIT_SCREENSHOTS to a folder to keep pictures.
#include "core/session/session.h"
#include "tests/ui/bust_engine.h"
#include "tests/ui/let_run.h"
#include "ui/cutout_dialog.h"
#include "ui/main_window.h"
#include "ui/panels/lens_editor.h"
#include "ui/panels/photo_panel.h"
#include "ui/photo_editor.h"
#include "ui/theme.h"
#include "ui/widgets/cutout_canvas.h"
#include "ui/widgets/matte_edit.h"
#include "ui/widgets/photo_map.h"
#include "ui/widgets/segmented_control.h"

#include <QApplication>
#include <QCheckBox>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPainter>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

namespace {

constexpr int kWait = 60000;

struct Studio {
  std::shared_ptr<BustScript> script = std::make_shared<BustScript>();
  std::unique_ptr<MainWindow> window;

  explicit Studio(bool asks = false) {
    WindowOptions options;
    options.canvas = CanvasKind::kSoftware;
    options.ask_before_losing = asks;
    auto session = std::make_unique<Session>(
        SessionOptions{},
        [script = script](const SessionOptions&) { return std::make_unique<BustEngine>(script); });
    window = std::make_unique<MainWindow>(std::move(session), options);
    window->resize(1440, 900);
    window->show();
  }
  const Snapshot& now() const { return window->snapshot(); }
  CutoutDialog* dialog() { return window->photo_editor().dialog(); }
  QMessageBox* question() const {
    for (auto* box : window->findChildren<QMessageBox*>()) {
      if (box->isVisible()) return box;
    }
    return nullptr;
  }
};

void keep(QWidget& widget, const char* name) {
  const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
  if (folder.isEmpty()) return;
  QDir().mkpath(folder);
  widget.grab().save(folder + "/" + name + ".png");
}

// A stroke by hand, from pixel to pixel of the crop.
void stroke(CutoutCanvas& canvas, QPointF from, QPointF to, Qt::MouseButton button = Qt::LeftButton,
            Qt::KeyboardModifiers keys = {}) {
  QTest::mousePress(&canvas, button, keys, canvas.on_screen(from).toPoint());
  for (int i = 1; i <= 8; ++i) {
    const QPointF at = canvas.on_screen(from + (to - from) * i / 8.0);
    QMouseEvent move(QEvent::MouseMove, at, canvas.mapToGlobal(at), Qt::NoButton, button, keys);
    QApplication::sendEvent(&canvas, &move);
  }
  QTest::mouseRelease(&canvas, button, keys, canvas.on_screen(to).toPoint());
}

float matte_at(const CutoutDialog& dialog, int x, int y) {
  return *const_cast<CutoutDialog&>(dialog).canvas().edit().matte().at(x, y);
}

}  // namespace

class PhotoTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    QImage image(400, 300, QImage::Format_RGB32);
    image.fill(qRgb(70, 96, 88));
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(QColor(224, 180, 150));
    painter.setPen(Qt::NoPen);
    painter.drawEllipse(QRect(120, 40, 160, 210));
    painter.end();
    QVERIFY(image.save(photo()));
  }

  void strokes_cover_once_and_fade() {
    const Image empty(64, 48, 1, 0.0F);
    MatteEdit edit(empty, empty);
    MatteEdit::Brush brush{10, 0.5, true};
    edit.begin(brush, {30.5, 20.5});
    edit.move_to({30.5, 20.5});
    edit.move_to({34.5, 20.5});
    edit.end();
    QCOMPARE(*edit.matte().at(30, 20), 1.0F);
    QCOMPARE(*edit.matte().at(30, 25), 1.0F);  // within half the radius
    // Halfway down the soft edge, 7.5 px away: half.
    const float edge = *edit.matte().at(30, 28);
    QVERIFY(edge < 0.5F && edge > 0.25F);
    QCOMPARE(*edit.matte().at(30, 31), 0.0F);
    QCOMPARE(*edit.matte().at(2, 2), 0.0F);
    // A second stroke over the same place covers what was left.
    edit.begin(brush, {30.5, 20.5});
    edit.end();
    const float twice = *edit.matte().at(30, 28);
    QVERIFY(std::abs(twice - (1 - (1 - edge) * (1 - edge))) < 1e-5F);

    brush.adds = false;
    edit.begin(brush, {30.5, 20.5});
    edit.end();
    QCOMPARE(*edit.matte().at(30, 20), 0.0F);
    QVERIFY(edit.can_undo() && !edit.can_redo());
  }

  void strokes_are_undone_whole() {
    const Image full(40, 40, 1, 1.0F);
    Image found(40, 40, 1, 0.0F);
    *found.at(5, 5) = 1;
    MatteEdit edit(full, found);
    QVERIFY(!edit.is_changed() && !edit.is_found());
    edit.begin({6, 0.2, false}, {5, 5});
    edit.move_to({35, 35});
    edit.end();
    const Image stroked = edit.matte();
    QVERIFY(edit.is_changed());
    edit.reset();
    QVERIFY(edit.is_found());
    edit.undo();
    QVERIFY(edit.matte().pixels == stroked.pixels);
    const QRect back = edit.undo();
    QVERIFY(!back.isEmpty() && edit.matte().pixels == full.pixels && !edit.can_undo());
    edit.redo();
    QVERIFY(edit.matte().pixels == stroked.pixels);
    // What follows an undo forgets what was undone.
    edit.begin({3, 0, true}, {20, 20});
    edit.end();
    QVERIFY(!edit.can_redo());
    // A stroke that changes nothing is none.
    edit.undo();
    edit.begin({3, 0, false}, {5, 5});
    edit.end();
    QVERIFY(edit.matte().pixels == stroked.pixels);
    QVERIFY(edit.undo() == back);
  }

  void painted_cutout_makes_the_head_anew() {
    Studio studio;
    open(studio);
    studio.window->photo_editor().edit_cutout();
    QVERIFY(studio.dialog() != nullptr);
    CutoutDialog& dialog = *studio.dialog();
    CutoutCanvas& canvas = dialog.canvas();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    QVERIFY(!dialog.apply_button()->isEnabled());
    QCOMPARE(matte_at(dialog, 40, 60), 0.0F);

    stroke(canvas, {40, 60}, {120, 60});
    QCOMPARE(matte_at(dialog, 80, 60), 1.0F);
    stroke(canvas, {256, 230}, {256, 230}, Qt::RightButton);
    QCOMPARE(matte_at(dialog, 256, 230), 0.0F);
    stroke(canvas, {80, 60}, {80, 60}, Qt::LeftButton, Qt::AltModifier);
    QCOMPARE(matte_at(dialog, 80, 60), 0.0F);
    QTest::keyClick(&dialog, Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(matte_at(dialog, 80, 60), 1.0F);

    const double radius = canvas.brush().radius;
    QTest::keyClick(&canvas, Qt::Key_BracketRight);
    QVERIFY(canvas.brush().radius > radius);
    QTest::keyClick(&canvas, Qt::Key_BracketLeft);
    QTest::keyClick(&canvas, Qt::Key_BracketLeft);
    QVERIFY(canvas.brush().radius < radius);
    QTest::keyClick(&canvas, Qt::Key_X);
    QVERIFY(!canvas.brush().adds);
    keep(dialog, "cutout_tint");
    canvas.set_show(CutoutCanvas::Show::kOnGrey);
    keep(dialog, "cutout_grey");

    // Zoomed in, the place under the cursor stays there.
    const QPointF at = canvas.on_screen({100, 100});
    QWheelEvent wheel(at, canvas.mapToGlobal(at), {}, {0, 240}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    const double zoom = canvas.zoom();
    QApplication::sendEvent(&canvas, &wheel);
    QVERIFY(canvas.zoom() > zoom * 1.2);
    QVERIFY((canvas.on_screen({100, 100}) - at).manhattanLength() < 1);
    keep(dialog, "cutout_zoomed");

    const Image painted = canvas.edit().matte();
    dialog.apply_button()->click();
    QTRY_VERIFY_WITH_TIMEOUT(studio.dialog() == nullptr, kWait);
    QVERIFY(studio.now().photo->matte.pixels == painted.pixels);
    QVERIFY(!studio.now().photo->found_matte.empty());
    QVERIFY(studio.now().edited && studio.window->isWindowModified());
    keep(*studio.window, "cutout_in_the_window");

    // Back to what was found: nothing is painted any more.
    studio.window->photo_editor().edit_cutout();
    studio.dialog()->canvas().reset();
    QVERIFY(studio.dialog()->canvas().edit().is_found());
    studio.dialog()->apply_button()->click();
    QTRY_VERIFY_WITH_TIMEOUT(studio.dialog() == nullptr, kWait);
    QVERIFY(studio.now().photo->found_matte.empty());
  }

  void empty_cutout_says_what_to_do() {
    Studio studio;
    open(studio);
    const auto before = studio.now().photo;
    studio.window->photo_editor().edit_cutout();
    CutoutDialog& dialog = *studio.dialog();
    CutoutCanvas& canvas = dialog.canvas();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    MatteEdit::Brush large{128, 0, false};
    canvas.set_brush(large);
    for (int y = 0; y <= 512; y += 100) stroke(canvas, {0, double(y)}, {511, double(y)});
    QVERIFY(canvas.edit().share() < 0.001);
    dialog.apply_button()->click();
    QVERIFY(dialog.message()->isVisible() && dialog.message()->text().contains("empty"));
    keep(dialog, "cutout_empty");
    let_run(200);
    QVERIFY(studio.dialog() == &dialog && studio.now().photo == before);
    // The strokes are not thrown away by a key.
    QTest::keyClick(&dialog, Qt::Key_Escape);
    QVERIFY(studio.dialog() == &dialog && dialog.isVisible());
    canvas.undo();
    QVERIFY(!dialog.message()->isVisible());
  }

  void refused_cutout_stays_in_the_dialog() {
    Studio studio;
    open(studio);
    const auto before = studio.now().photo;
    studio.script->cutout_fails = true;
    studio.window->photo_editor().edit_cutout();
    CutoutDialog& dialog = *studio.dialog();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    stroke(dialog.canvas(), {40, 60}, {120, 60});
    dialog.apply_button()->click();
    QVERIFY(!dialog.apply_button()->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(dialog.message()->isVisible(), kWait);
    QVERIFY(dialog.message()->text().contains("The cut-out is empty"));
    QVERIFY(dialog.canvas().edit().can_undo() && dialog.apply_button()->isEnabled());
    QVERIFY(studio.now().photo == before && !studio.now().edited);
    studio.script->cutout_fails = false;
    dialog.apply_button()->click();
    QTRY_VERIFY_WITH_TIMEOUT(studio.dialog() == nullptr, kWait);
  }

  void lens_is_told_and_let_go() {
    Studio studio;
    open(studio);
    LensEditor& lens = *studio.window->photo().lens();
    QCOMPARE(lens.field()->text(), QString("28.0°"));
    QVERIFY(!lens.lock()->isChecked());
    QVERIFY(lens.source()->text().contains("pose"));

    lens.field()->setFocus();
    lens.field()->setText("41,5");
    QTest::keyClick(lens.field(), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().photo->field_of_view_deg, 41.5, kWait);
    QCOMPARE(studio.now().photo->field_of_view_source, FieldOfViewSource::kTold);
    QTRY_VERIFY(lens.lock()->isChecked());
    QCOMPARE(lens.field()->text(), QString("41.5°"));
    keep(*studio.window, "lens_told");

    // Out of range, or no number: it says so, and nothing happens.
    const auto before = studio.now().photo;
    for (const char* wrong : {"3", "400", "wide"}) {
      lens.field()->setText(wrong);
      QTest::keyClick(lens.field(), Qt::Key_Return);
      QVERIFY(lens.source()->text().contains("120"));
      QCOMPARE(lens.field()->text(), QString("41.5°"));
    }
    let_run(200);
    QVERIFY(studio.now().photo == before);

    lens.lock()->click();
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().photo->field_of_view_deg, 28.0, kWait);
    QTRY_VERIFY(!lens.lock()->isChecked());
    // Locked as it is.
    lens.lock()->click();
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().photo->field_of_view_source, FieldOfViewSource::kTold,
                              kWait);
    QCOMPARE(studio.now().photo->field_of_view_deg, 28.0);
  }

  void another_face_is_chosen_by_a_click() {
    Studio studio;
    studio.script->faces = 2;
    open(studio);
    PhotoPanel& panel = studio.window->photo();
    QCOMPARE(panel.shown()->current(), int(PhotoPanel::kPhoto));
    QVERIFY(panel.map()->isVisible());
    QCOMPARE(panel.map()->face_count(), 2);
    keep(*studio.window, "two_faces");
    const auto before = studio.now().photo;
    QTest::mouseClick(panel.map(), Qt::LeftButton, {},
                      panel.map()->face_rect(0).center().toPoint());
    let_run(100);
    QVERIFY(studio.now().photo == before);  // that one stands already
    QTest::mouseClick(panel.map(), Qt::LeftButton, {},
                      panel.map()->face_rect(1).center().toPoint());
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().photo->face, 1, kWait);
    QCOMPARE(panel.shown()->current(), int(PhotoPanel::kPhoto));
  }

  // Steps are lost by a new first head and are asked for; the cut-out alone outlives a start, and
  // is asked for before another face or the end.
  void what_is_unsaved_is_asked_for() {
    Studio studio(true);
    open(studio);
    studio.script->steps_planned = 3;
    studio.window->session().start();
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().state, SessionState::kFinished, kWait);
    const auto before = studio.now().photo;
    studio.window->photo_editor().edit_cutout();
    QVERIFY(QTest::qWaitForWindowExposed(studio.dialog()));
    stroke(studio.dialog()->canvas(), {40, 60}, {120, 60});
    studio.dialog()->apply_button()->click();
    QVERIFY(studio.question() != nullptr);
    studio.question()->button(QMessageBox::Cancel)->click();
    let_run(200);
    QVERIFY(studio.dialog() != nullptr && studio.dialog()->apply_button()->isEnabled());
    QVERIFY(studio.now().photo == before && studio.now().unsaved);
    studio.dialog()->apply_button()->click();
    QTRY_VERIFY(studio.question() != nullptr);
    studio.question()->button(QMessageBox::Discard)->click();
    QTRY_VERIFY_WITH_TIMEOUT(studio.dialog() == nullptr, kWait);
    QCOMPARE(studio.now().state, SessionState::kReady);
    QVERIFY(!studio.now().unsaved && studio.now().edited);

    studio.script->steps_planned = 100000;
    studio.window->session().start();
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().state, SessionState::kRunning, kWait);
    QVERIFY(studio.now().edited && !studio.now().photo->found_matte.empty());
    studio.window->session().stop();
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().state, SessionState::kFinished, kWait);
    QTemporaryDir folder;
    studio.window->session().save_project(folder.filePath("a.portrait").toStdString());
    QTRY_VERIFY_WITH_TIMEOUT(!studio.now().edited && !studio.now().unsaved, kWait);
    studio.window->photo_editor().tell_field_of_view(50);
    QVERIFY(studio.question() == nullptr);
    QTRY_COMPARE_WITH_TIMEOUT(studio.now().photo->field_of_view_deg, 50.0, kWait);
    studio.window->photo_editor().choose_face(0);
    QTRY_VERIFY(studio.question() != nullptr);
    studio.question()->button(QMessageBox::Cancel)->click();
  }

 private:
  QString photo() const { return folder_.filePath("photo.png"); }
  void open(Studio& studio) {
    studio.window->open_path(photo());
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().has_head(), kWait);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->viewport().settled(), kWait);
  }
  QTemporaryDir folder_;
};

QTEST_MAIN(PhotoTest)
#include "photo_test.moc"

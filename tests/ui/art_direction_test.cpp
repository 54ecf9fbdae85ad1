// SPDX-License-Identifier: Apache-2.0
// A viewpoint's picture on its way out of the window, to a paint program, and back as a locked
// target. Set PORTRAIT_SCREENSHOTS to a folder to keep a picture of each state.
#include "ui/art_direction.h"
#include "core/base/settings.h"
#include "core/session/session.h"
#include "tests/ui/bust_engine.h"
#include "tests/ui/let_run.h"
#include "ui/main_window.h"
#include "ui/panels/lock_bar.h"
#include "ui/panels/painted_view_panel.h"
#include "ui/panels/ring_editor.h"
#include "ui/panels/viewpoints_panel.h"
#include "ui/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/thumbnail.h"
#include "ui/widgets/viewpoint_sphere.h"

#include <QApplication>
#include <QDir>
#include <QDropEvent>
#include <QFile>
#include <QFileDialog>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

namespace {

constexpr int kWait = 60000;
constexpr Viewpoint kSide{60, 0};

struct Studio {
  std::shared_ptr<BustScript> script = std::make_shared<BustScript>();
  std::unique_ptr<MainWindow> window;

  explicit Studio(const QString& photo) {
    WindowOptions options;
    options.canvas = CanvasKind::kSoftware;
    options.ask_before_losing = false;
    auto session = std::make_unique<Session>(
        SessionOptions{},
        [script = script](const SessionOptions&) { return std::make_unique<BustEngine>(script); });
    window = std::make_unique<MainWindow>(std::move(session), options);
    window->resize(1440, 900);
    window->show();
    window->open_path(photo);
  }
  bool ready() const {
    return QTest::qWaitFor(
        [&] { return now().ring != nullptr && !now().ring->back().rgba.empty(); }, kWait);
  }
  const Snapshot& now() const { return window->snapshot(); }
  std::size_t locks() const { return now().locks ? now().locks->size() : 0; }
  void keep(const char* name) {
    const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
    if (folder.isEmpty()) return;
    QTRY_VERIFY_WITH_TIMEOUT(window->viewport().settled(), kWait);
    let_run(300);
    QDir().mkpath(folder);
    window->grab().save(folder + "/" + name + ".png");
  }
  void drop(const QString& path) {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    QDropEvent event(QPointF(700, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    static_cast<QObject&>(*window).event(&event);  // not by the drag manager, which has no drag
  }
};

// A hat and a mark on the cheek, as an artist's tablet would leave them.
void paint_on(const QString& from, const QString& to) {
  QImage picture(from);
  {
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(150, 30, 60));
    painter.drawEllipse(QRectF(120, 30, 270, 130));
  }
  picture.save(to, "PNG");
}

}  // namespace

class ArtDirectionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    QImage image(256, 256, QImage::Format_RGB32);
    image.fill(qRgb(90, 100, 110));
    QVERIFY(image.save(file("photo.png")));
  }

  void a_picture_says_where_it_belongs() {
    const auto of = [](const QString& path) {
      return ArtDirection::viewpoint_of(path).value_or(Viewpoint{-1, -1});
    };
    QImage image(64, 64, QImage::Format_RGB32);
    image.fill(Qt::gray);
    QVERIFY(image.save(file("ann az-030 el+05.5.png")));
    QVERIFY(of(file("ann az-030 el+05.5.png")) == (Viewpoint{-30, 5.5}));
    image.setText("Comment", "Portrait Studio viewpoint 60,-10");
    QVERIFY(image.save(file("hat.png")));
    QVERIFY(of(file("hat.png")) == (Viewpoint{60, -10}));
    image.setText(kViewpointKey, "120,0");
    QVERIFY(image.save(file("hat.png")));
    QVERIFY(of(file("hat.png")) == (Viewpoint{120, 0}));
    QVERIFY(!ArtDirection::viewpoint_of(file("photo.png")));
    QVERIFY(!ArtDirection::viewpoint_of(file("no such file.png")));
  }

  void it_is_exported_painted_on_saved_and_there() {
    Studio studio(file("photo.png"));
    QVERIFY(studio.ready());
    PaintedViewPanel& panel = studio.window->painted_view();
    // From the first head on, without pictures before Detail has painted any.
    QVERIFY(panel.isVisible() && !panel.shows_pictures());
    studio.window->viewport().look_from(kSide);
    QVERIFY(panel.lock_bar().export_button()->isEnabled());
    QVERIFY(!panel.lock_bar().unlock_button()->isVisible());

    // The button asks for a file, named after head and viewpoint.
    QTest::mouseClick(panel.lock_bar().export_button(), Qt::LeftButton);
    auto* dialog = studio.window->findChild<QFileDialog*>();
    QVERIFY(dialog != nullptr);
    QVERIFY(dialog->selectedFiles().first().endsWith("photo az+060 el+00.png"));
    dialog->close();

    const QString path = file("side.png");
    studio.window->art_direction().export_to(path, kSide);
    QTRY_VERIFY_WITH_TIMEOUT(studio.window->art_direction().watch().watches(path), kWait);
    QVERIFY(ArtDirection::viewpoint_of(path) == std::optional(kSide));
    QVERIFY(studio.window->viewport().banner()->text().contains("side.png"));
    QCOMPARE(studio.locks(), std::size_t(0));
    let_run(800);  // what the session wrote itself does not come back
    QCOMPARE(studio.locks(), std::size_t(0));

    paint_on(path, path);
    QTRY_COMPARE_WITH_TIMEOUT(studio.locks(), std::size_t(1), kWait);
    QVERIFY(studio.now().locks->front().viewpoint == kSide);
    QVERIFY(studio.now().unsaved);
    QVERIFY(panel.shows_pictures() && panel.picture(2).locked());
    QCOMPARE(panel.picture(2).image().pixelColor(64, 22), QColor(150, 30, 60));
    QVERIFY(panel.lock_bar().unlock_button()->isVisible());
    ViewpointsPanel& viewpoints = studio.window->viewpoints();
    QVERIFY(viewpoints.thumbnails()[3]->locked());  // 60
    QVERIFY(!viewpoints.thumbnails()[1]->locked());
    viewpoints.edit(true);
    ViewpointSphere& sphere = viewpoints.editor().sphere();
    QVERIFY(sphere.is_locked(kSide));
    sphere.set_current(3);
    QVERIFY(viewpoints.editor().lock_bar().unlock_button()->isVisible());
    studio.keep("art_locked");
    sphere.set_current(1);
    QVERIFY(!viewpoints.editor().lock_bar().unlock_button()->isVisible());

    // Saved again beside it and renamed, as paint programs do: another picture of the same view.
    const std::string first = studio.now().locks->front().picture;
    paint_on(file("photo.png"), file("new.png"));
    QImage square = QImage(file("new.png")).scaled(512, 512);
    QVERIFY(square.save(file("new.png")));
    QVERIFY(QFile::remove(path) && QFile::rename(file("new.png"), path));
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().locks->front().picture != first, kWait);
    QCOMPARE(studio.locks(), std::size_t(1));

    // Unlocked it is the model's own again, and what is saved later does not lock it.
    QTest::mouseClick(panel.lock_bar().unlock_button(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(studio.locks(), std::size_t(0), kWait);
    QVERIFY(!viewpoints.thumbnails()[3]->locked() && !sphere.is_locked(kSide));
    QVERIFY(!panel.lock_bar().unlock_button()->isVisible());
    paint_on(path, path);
    let_run(1000);
    QCOMPARE(studio.locks(), std::size_t(0));
  }

  void a_dropped_picture_finds_its_viewpoint() {
    Studio studio(file("photo.png"));
    QVERIFY(studio.ready());
    QImage hat(512, 512, QImage::Format_RGB32);
    hat.fill(qRgb(128, 128, 128));
    hat.setText(kViewpointKey, "-90,0");
    QVERIFY(hat.save(file("dropped.png")));
    const auto photo = studio.now().photo;
    studio.drop(file("dropped.png"));
    QTRY_COMPARE_WITH_TIMEOUT(studio.locks(), std::size_t(1), kWait);
    QVERIFY(studio.now().locks->front().viewpoint == (Viewpoint{-90, 0}));
    QVERIFY(studio.now().photo == photo);
    // Brought back for another viewpoint, it still goes where it belongs.
    studio.window->art_direction().unlock({-90, 0});
    QTRY_COMPARE_WITH_TIMEOUT(studio.locks(), std::size_t(0), kWait);
    studio.window->art_direction().bring_back_from(file("dropped.png"), {30, 0});
    QTRY_COMPARE_WITH_TIMEOUT(studio.locks(), std::size_t(1), kWait);
    QVERIFY(studio.now().locks->front().viewpoint == (Viewpoint{-90, 0}));
    // One that names none goes where the artist says.
    QVERIFY(QImage(file("photo.png")).save(file("plain.png")));
    studio.window->art_direction().bring_back_from(file("plain.png"), {30, 0});
    QTRY_COMPARE_WITH_TIMEOUT(studio.locks(), std::size_t(2), kWait);
    QVERIFY(studio.now().locks->back().viewpoint == (Viewpoint{30, 0}));
    // A photo is a photo.
    studio.drop(file("photo.png"));
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().photo != photo, kWait);
    QCOMPARE(studio.locks(), std::size_t(0));
  }

  void a_bad_picture_costs_nothing() {
    Studio studio(file("photo.png"));
    QVERIFY(studio.ready());
    ArtDirection& art = studio.window->art_direction();
    QVERIFY(QImage(file("photo.png")).save(file("good.png")));
    art.bring_back_from(file("good.png"), {30, 0});
    QTRY_COMPARE_WITH_TIMEOUT(studio.locks(), std::size_t(1), kWait);
    QImage wide(400, 300, QImage::Format_RGB32);
    wide.fill(Qt::red);
    QVERIFY(wide.save(file("wide.png")));
    art.bring_back_from(file("wide.png"), {30, 0});
    QTRY_VERIFY_WITH_TIMEOUT(
        studio.window->viewport().banner()->text().contains("wide.png") &&
            studio.window->viewport().banner()->kind() == Banner::Kind::kFailure,
        kWait);
    QCOMPARE(studio.locks(), std::size_t(1));
    QCOMPARE(studio.now().locks->front().name, std::string("good.png"));
    art.export_to(file("no such folder") + "/x.png", {30, 0});
    QTRY_VERIFY_WITH_TIMEOUT(studio.now().view_file.id == 1, kWait);
    QVERIFY(!studio.now().view_file.written);
    QVERIFY(!art.watch().watches(file("no such folder") + "/x.png"));
  }

 private:
  QString file(const QString& name) const { return folder_.filePath(name); }

  QTemporaryDir folder_;
};

QTEST_MAIN(ArtDirectionTest)
#include "art_direction_test.moc"

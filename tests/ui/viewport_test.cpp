// SPDX-License-Identifier: Apache-2.0
#include "core/session/snapshot.h"
#include "tests/ui/let_run.h"
#include "tests/ui/sphere_head.h"
#include "ui/event_loop_probe.h"
#include "ui/theme.h"
#include "ui/viewport/viewport.h"

#include <QApplication>
#include <QSignalSpy>
#include <QtTest>

using namespace portrait;

namespace {

constexpr int kSide = 480;

Snapshot ball_snapshot(std::uint64_t version = 1) {
  Snapshot snapshot;
  snapshot.state = SessionState::kReady;
  snapshot.volume = make_ball();
  snapshot.volume_version = version;
  return snapshot;
}

// A frame of one colour with a hole, as the worker would send it for a camera.
std::shared_ptr<const NeuralFrame> flat_frame(const Camera& camera, std::uint64_t version,
                                              float red) {
  auto frame = std::make_shared<NeuralFrame>();
  frame->camera = camera;
  frame->rgba = Image(64, 64, 4, 0.0F);
  for (int i = 0; i < 64 * 64; ++i) {
    frame->rgba.pixels[std::size_t(4 * i)] = red;
    frame->rgba.pixels[std::size_t(4 * i + 3)] = 1;
  }
  frame->resting = true;
  frame->version = version;
  return frame;
}

// The canvas alone, without the controls over it.
QImage picture_of(Viewport& viewport) {
  auto* canvas = viewport.findChild<GpuCanvas*>();
  if (canvas != nullptr) return canvas->grabFramebuffer().convertToFormat(QImage::Format_RGB32);
  auto* software = viewport.findChild<SoftwareCanvas*>();
  return software == nullptr ? QImage()
                             : software->grab().toImage().convertToFormat(QImage::Format_RGB32);
}

// On the picture of a camera, the pixel of a world point.
QPoint pixel_of(const Viewport& viewport, const Eigen::Vector3d& point) {
  const Projection p = project(viewport.view().camera(), point);
  const QRectF frame = viewport.view().frame_rect(viewport.size());
  return QPointF(frame.x() + p.u * frame.width(), frame.y() + p.v * frame.height()).toPoint();
}

bool close_to(QRgb found, int red, int green, int blue) {
  return std::abs(qRed(found) - red) < 24 && std::abs(qGreen(found) - green) < 24 &&
         std::abs(qBlue(found) - blue) < 24;
}

QByteArray text_of(QRgb c) {
  return QByteArray::number(qRed(c)) + "," + QByteArray::number(qGreen(c)) + "," +
         QByteArray::number(qBlue(c));
}

}  // namespace

#define VERIFY_COLOUR(image, at, red, green, blue) \
  QVERIFY2(close_to((image).pixel(at), red, green, blue), text_of((image).pixel(at)))

class ViewportTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { apply_theme(*qApp); }

  void shows_silhouette_and_colours_data() { kinds(); }
  void shows_silhouette_and_colours() {
    Viewport viewport(kind());
    show(viewport);
    viewport.show_snapshot(ball_snapshot());
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    const QImage image = picture_of(viewport);
    QCOMPARE(image.size(), QSize(kSide, kSide));

    // Half way out in each quadrant, on the front: blue is on, red at the right, green above.
    const double r = kBallRadius * 0.4;
    VERIFY_COLOUR(image, pixel_of(viewport, {r, r, 0.2}), 255, 255, 255);
    VERIFY_COLOUR(image, pixel_of(viewport, {-r, r, 0.2}), 0, 255, 255);
    VERIFY_COLOUR(image, pixel_of(viewport, {r, -r, 0.2}), 255, 0, 255);
    VERIFY_COLOUR(image, pixel_of(viewport, {-r, -r, 0.2}), 0, 0, 255);

    // The silhouette: the area of the ball's outline under perspective, within 2 %.
    const Camera camera = viewport.view().camera();
    const double distance = camera.position().norm();
    const double outline = std::tan(std::asin(kBallRadius / distance)) * kRigFocal * kSide;
    int covered = 0;
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        covered += qBlue(image.pixel(x, y)) > 170 ? 1 : 0;
      }
    }
    const double expected = M_PI * outline * outline;
    QVERIFY2(std::abs(covered - expected) < 0.02 * expected,
             QByteArray::number(covered) + " of " + QByteArray::number(expected));
    // Beside it stands the backdrop.
    QVERIFY(qGreen(image.pixel(4, 4)) < 60);
  }

  void orbit_shows_the_other_side_data() { kinds(); }
  void orbit_shows_the_other_side() {
    Viewport viewport(kind());
    show(viewport);
    viewport.show_snapshot(ball_snapshot());
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    QSignalSpy moved(&viewport, &Viewport::camera_changed);

    // A quarter turn by hand: a drag to the left brings the camera to the viewer's right.
    const int way = int(kSide * 90.0 / 270.0);
    QTest::mousePress(&viewport, Qt::LeftButton, {}, {300, 240});
    for (int i = 1; i <= 10; ++i) {
      const QPoint at(300 - way * i / 10, 240);
      QMouseEvent move(QEvent::MouseMove, at, viewport.mapToGlobal(at), Qt::NoButton,
                       Qt::LeftButton, Qt::NoModifier);
      QApplication::sendEvent(&viewport, &move);
    }
    QTest::mouseRelease(&viewport, Qt::LeftButton, {}, {300 - way, 240});
    QVERIFY(std::abs(viewport.view().viewpoint().azimuth_deg - 90) < 0.5);
    QVERIFY(moved.count() >= 10);
    QVERIFY(!moved.last().at(1).toBool());
    QTRY_VERIFY_WITH_TIMEOUT(moved.last().at(1).toBool(), 2000);  // then it rests

    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    const QImage image = picture_of(viewport);
    // From +X red is on everywhere, blue (z > 0) at the viewer's left.
    VERIFY_COLOUR(image, pixel_of(viewport, {0.2, 0.1, 0.1}), 255, 255, 255);
    VERIFY_COLOUR(image, pixel_of(viewport, {0.2, 0.1, -0.1}), 255, 255, 0);
    VERIFY_COLOUR(image, pixel_of(viewport, {0.2, -0.1, -0.1}), 255, 0, 0);
    QVERIFY(pixel_of(viewport, {0.2, 0, 0.1}).x() < kSide / 2);

    QTest::mouseDClick(&viewport, Qt::LeftButton, {}, {240, 240});
    QCOMPARE(viewport.view().viewpoint().azimuth_deg, 0.0);
  }

  void neural_frame_shows_where_its_camera_is_data() { kinds(); }
  void neural_frame_shows_where_its_camera_is() {
    Viewport viewport(kind());
    show(viewport);
    Snapshot snapshot = ball_snapshot();
    snapshot.frame = flat_frame(rig_camera({}), 1, 0.5F);
    viewport.show_snapshot(snapshot);
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    VERIFY_COLOUR(picture_of(viewport), QPoint(240, 100), 128, 0, 0);
    // Turned away, it is of another camera: the volume stands alone.
    viewport.look_from({40, 0});
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    QVERIFY(qBlue(picture_of(viewport).pixel(pixel_of(viewport, {0.1, 0.1, 0.2}))) > 200);
    // The neural view shows it all the same.
    viewport.set_mode(DisplayMode::kNeural);
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    VERIFY_COLOUR(picture_of(viewport), QPoint(240, 100), 128, 0, 0);
  }

  void modes_show_what_they_say() {
    Viewport viewport(CanvasKind::kSoftware);
    show(viewport);
    viewport.show_snapshot(ball_snapshot());
    viewport.set_mode(DisplayMode::kNormals);
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    const QImage normals = picture_of(viewport);
    const QRgb middle = normals.pixel(240, 240);
    QVERIFY2(qBlue(middle) > 235 && std::abs(qRed(middle) - 128) < 40, text_of(middle));
    QVERIFY(qRed(normals.pixel(pixel_of(viewport, {0.22, 0, 0.2}))) > 190);    // to the right
    QVERIFY(qGreen(normals.pixel(pixel_of(viewport, {0, 0.22, 0.2}))) > 190);  // upwards

    viewport.set_mode(DisplayMode::kDepth);
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    const QImage depth = picture_of(viewport);
    QVERIFY(qRed(depth.pixel(240, 240)) > qRed(depth.pixel(pixel_of(viewport, {0.27, 0, 0.1}))) + 20);

    viewport.set_mode(DisplayMode::kOpacity);
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    VERIFY_COLOUR(picture_of(viewport), QPoint(200, 200), 255, 255, 255);
  }

  void wipe_shows_the_photo_at_its_camera_data() { kinds(); }
  void wipe_shows_the_photo_at_its_camera() {
    Viewport viewport(kind());
    show(viewport);
    Snapshot snapshot = ball_snapshot();
    QVERIFY(!viewport.can_compare());
    auto photo = std::make_shared<PhotoInfo>();
    photo->crop = Image(64, 64, 3, 0.0F);
    for (int i = 0; i < 64 * 64; ++i) photo->crop.pixels[std::size_t(3 * i)] = 1;
    photo->matte = Image(64, 64, 1, 1.0F);
    photo->camera = rig_camera({20, 0});
    snapshot.photo = photo;
    viewport.show_snapshot(snapshot);
    QVERIFY(viewport.can_compare());
    viewport.set_overlay(PhotoOverlay::kWipe);
    QVERIFY(same_camera(viewport.view().camera(), photo->camera));
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    const QImage image = picture_of(viewport);
    VERIFY_COLOUR(image, QPoint(200, 240), 255, 0, 0);  // the photo
    QVERIFY(qBlue(image.pixel(280, 200)) > 200);        // the head

    // The divider follows the hand.
    QTest::mousePress(&viewport, Qt::LeftButton, {}, {240, 200});
    const QPoint to(340, 200);
    QMouseEvent move(QEvent::MouseMove, to, viewport.mapToGlobal(to), Qt::NoButton, Qt::LeftButton,
                     Qt::NoModifier);
    QApplication::sendEvent(&viewport, &move);
    QTest::mouseRelease(&viewport, Qt::LeftButton, {}, to);
    QVERIFY(viewport.overlay() == PhotoOverlay::kWipe);
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    QTRY_VERIFY_WITH_TIMEOUT(close_to(picture_of(viewport).pixel(300, 240), 255, 0, 0), 5000);
    // Turning leaves the photo's camera, and with it the wipe.
    viewport.look_from({-60, 0});
    viewport.set_overlay(PhotoOverlay::kNone);
    QVERIFY(!viewport.view().has_own_camera());
  }

  void zoom_keeps_the_point_under_the_cursor() {
    ViewState view;
    const QSizeF size(800, 600);
    const QPointF at(500, 200);
    const QRectF before = view.frame_rect(size);
    const QPointF inside((at.x() - before.x()) / before.width(),
                         (at.y() - before.y()) / before.height());
    view.zoom(3, at, size);
    const QRectF after = view.frame_rect(size);
    QCOMPARE(view.zoom(), 3.0);
    QVERIFY(std::abs(after.x() + inside.x() * after.width() - at.x()) < 1e-6);
    QVERIFY(std::abs(after.y() + inside.y() * after.height() - at.y()) < 1e-6);
    view.orbit(0, 500);
    QVERIFY(view.viewpoint().elevation_deg <= ViewState::kSteepest);
    view.look_from({270, 0});
    QCOMPARE(view.viewpoint().azimuth_deg, -90.0);
  }

  // Turning and new heads at the same time: what it costs the event loop is printed.
  void event_loop_keeps_going() {
    Viewport viewport(CanvasKind::kSoftware);
    show(viewport);
    viewport.show_snapshot(ball_snapshot());
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 20000);
    EventLoopProbe probe;
    probe.start();
    QTimer turn;
    int count = 0;
    connect(&turn, &QTimer::timeout, this, [&] { viewport.look_from({double(++count * 3), 0}); });
    turn.start(16);
    let_run(3000);
    turn.stop();
    const StallReport report = probe.report();
    qInfo("%s", report.text().c_str());
    QVERIFY(report.samples > 50);
    QVERIFY(report.worst_ms >= report.p99_ms && report.p99_ms >= report.median_ms);
  }

  void probe_sees_a_stall() {
    EventLoopProbe probe;
    probe.start();
    QTest::qWait(50);
    QTest::qSleep(120);  // the event loop stands still
    QTest::qWait(50);
    QVERIFY2(probe.report().worst_ms > 100, probe.report().text().c_str());
  }

 private:
  void kinds() {
    QTest::addColumn<int>("kind");
    QTest::newRow("software") << int(CanvasKind::kSoftware);
    QTest::newRow("direct") << int(CanvasKind::kGpu);
  }
  CanvasKind kind() {
    QFETCH(int, kind);
    return CanvasKind(kind);
  }
  void show(Viewport& viewport) {
    viewport.resize(kSide, kSide);
    viewport.show();
    QVERIFY(QTest::qWaitForWindowExposed(&viewport));
    QTRY_VERIFY_WITH_TIMEOUT(viewport.settled(), 10000);
    QVERIFY2(viewport.gl_report().usable, qPrintable(viewport.gl_report().failure));
  }
};

QTEST_MAIN(ViewportTest)
#include "viewport_test.moc"
